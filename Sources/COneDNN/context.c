#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

const char *cd_status_text(cd_status status) {
  switch ((dnnl_status_t)status) {
    case dnnl_success: return "success";
    case dnnl_out_of_memory: return "out of memory";
    case dnnl_invalid_arguments: return "invalid arguments";
    case dnnl_unimplemented: return "not implemented";
    case dnnl_iterator_ends: return "no further implementation";
    case dnnl_runtime_error: return "run-time error";
    case dnnl_not_required: return "not required";
  }
  return "unknown status";
}

static const char *instruction_set(void) {
  switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41: return "SSE4.1";
    case dnnl_cpu_isa_avx: return "AVX";
    case dnnl_cpu_isa_avx2: return "AVX2";
    case dnnl_cpu_isa_avx2_vnni: return "AVX2 with VNNI";
    case dnnl_cpu_isa_avx512_mic:
    case dnnl_cpu_isa_avx512_mic_4ops:
    case dnnl_cpu_isa_avx512_core: return "AVX-512";
    case dnnl_cpu_isa_avx512_core_vnni: return "AVX-512 with VNNI";
    case dnnl_cpu_isa_avx512_core_bf16: return "AVX-512 with bfloat16";
    default: return "its best instruction set";
  }
}

void cd_describe(char *text, size_t size) {
  const dnnl_version_t *version = dnnl_version();
  snprintf(text, size, "%d.%d.%d (%s)", version->major, version->minor, version->patch, instruction_set());
}

typedef void (*count_setter)(int);

static pthread_once_t setter_once = PTHREAD_ONCE_INIT;
static count_setter setter;

// Looked up instead of linked: libdnnl loads the OpenMP library that it was built with, and a second one would set a number of
// threads that libdnnl does not read.
static void find_setter(void) {
  void *symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  memcpy(&setter, &symbol, sizeof setter);
}

bool cd_set_thread_count(int count) {
  pthread_once(&setter_once, find_setter);
  if (!setter) return false;
  setter(count);
  return true;
}

cd_status cd_context_create(cd_context **result) {
  *result = NULL;
  cd_context *context = calloc(1, sizeof *context);
  if (!context) return dnnl_out_of_memory;
  dnnl_status_t status = dnnl_engine_create(&context->engine, dnnl_cpu, 0);
  if (!status) status = dnnl_stream_create(&context->stream, context->engine, dnnl_stream_default_flags);
  if (status) {
    cd_context_destroy(context);
    return status;
  }
  *result = context;
  return dnnl_success;
}

void cd_context_destroy(cd_context *context) {
  if (context->stream) dnnl_stream_destroy(context->stream);
  if (context->engine) dnnl_engine_destroy(context->engine);
  free(context);
}
