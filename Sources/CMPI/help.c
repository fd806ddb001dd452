// Silences Open MPI's messages about an end that the program has explained itself.
#define _GNU_SOURCE
#include "internal.h"

#include <dlfcn.h>
#include <stdbool.h>

typedef int (*show_help)(const char *file, const char *topic, bool frame, ...);

static int show_nothing(const char *file, const char *topic, bool frame, ...) {
  (void)file, (void)topic, (void)frame;
  return 0;
}

void silence_help(void) {
  // Open MPI prints its boxed texts through this function pointer; no parameter turns them off. Other libraries lack it.
  show_help *shown = dlsym(RTLD_DEFAULT, "opal_show_help");
  if (shown) *shown = show_nothing;
}
