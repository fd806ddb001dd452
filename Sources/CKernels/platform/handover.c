#include "ck_handover.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>

void ck_will_be_handed_over(void *memory) { __tsan_release(memory); }
void ck_was_handed_over(void *memory) { __tsan_acquire(memory); }
#else
void ck_will_be_handed_over(void *memory) { (void)memory; }
void ck_was_handed_over(void *memory) { (void)memory; }
#endif
