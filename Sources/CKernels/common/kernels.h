// Declarations that the sources of this target share. A family of kernels is one template, `NAME_template.h`, that
// `instantiate.h` includes once for each type with REAL and K(name) set.
#ifndef CK_KERNELS_H
#define CK_KERNELS_H

#include "CKernels.h"

// Compiled for AVX-512, AVX2 and the baseline; the loader picks one. On other processors there is the baseline only, as under
// ThreadSanitizer, which has not started when the loader picks.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
#define CK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CK_CLONES
#endif

#define CK_INLINE static inline __attribute__((always_inline))

// Sums may be taken in any order inside a block: the order is fixed when the compiler vectorises, not at run time.
// A loop that sums must not store: with stores, the compiler would add a scalar version for buffers close to each other, and the
// bits would depend on addresses.
#define CK_REASSOCIATE _Pragma("clang fp reassociate(on)")

// For loops whose output may be one of its inputs, element for element: otherwise the compiler would compare addresses, find an
// overlap, and take a scalar version.
#define CK_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")
// The baseline cannot vectorise all of those loops; that is no reason to warn.
#pragma clang diagnostic ignored "-Wpass-failed"

// The function of the right type. Void pointers convert by themselves.
#define CK_CALL(type, name, ...) ((type) == CK_FLOAT64 ? name##_f64(__VA_ARGS__) : name##_f32(__VA_ARGS__))

#define CK_JOIN2(a, b) a##_##b
#define CK_JOIN(a, b) CK_JOIN2(a, b)
#define K(name) CK_JOIN(name, SUFFIX)

#endif
