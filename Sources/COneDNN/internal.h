#ifndef CONEDNN_INTERNAL_H
#define CONEDNN_INTERNAL_H

#include <dnnl.h>

#include "COneDNN.h"

#if DNNL_VERSION_MAJOR != 2
#error "COneDNN is written for oneDNN 2.x: its operation descriptors went away in 3.0. Build without the trait OneDNN."
#endif

struct cd_context {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
};

// Returns from the function with the status of a call that fails.
#define CD_TRY(call)                      \
  do {                                    \
    dnnl_status_t cd_try_status = (call); \
    if (cd_try_status) return cd_try_status; \
  } while (0)

#endif
