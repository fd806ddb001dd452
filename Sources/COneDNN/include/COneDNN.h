// Convolution and matrix products with oneDNN 2.x in our layouts: images NHWC, weights [O, H, W, I/groups]. oneDNN passes
// dimensions as C arrays and requires a dozen objects for each convolution; a plan holds all of them.
#ifndef CONEDNN_H
#define CONEDNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// An engine and a stream: one for each worker, used from one thread at a time.
typedef struct cd_context cd_context;
/// One pass of one convolution.
typedef struct cd_plan cd_plan;

/// 0 is success; else a code for cd_status_text.
typedef int cd_status;
const char *cd_status_text(cd_status status);

/// oneDNN's version and the instruction set that it uses: `2.6.3 (AVX2)`.
void cd_describe(char *text, size_t size);

/// Sets the number of OpenMP threads for the calling thread, oneDNN's included (it is built on libgomp, where the number is a
/// property of each thread). Call it before plans are made or run, and before matrix products. The number affects the bits. Returns
/// false if no OpenMP library is loaded. Cheap.
bool cd_set_thread_count(int count);

cd_status cd_context_create(cd_context *_Nullable *_Nonnull context);
void cd_context_destroy(cd_context *context);

typedef struct {
  int64_t batch, height, width, input_channels, output_channels, groups;
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int64_t padding_top, padding_left, padding_bottom, padding_right;
  int64_t output_height, output_width;
} cd_convolution;

typedef enum { CD_FORWARD = 0, CD_BACKWARD_DATA = 1, CD_BACKWARD_WEIGHTS = 2 } cd_pass;

/// Direct algorithm, float32. `bias` is for forward and backward weights, `relu` (fused max(·, 0)) for forward only. Takes
/// milliseconds: keep the plan. Destroy the plan before its context.
cd_status cd_plan_create(
    cd_context *context, const cd_convolution *convolution, cd_pass pass, bool bias, bool relu,
    cd_plan *_Nullable *_Nonnull plan);
void cd_plan_destroy(cd_plan *plan);

/// oneDNN's name for the implementation; `ref…` are its slow ones.
const char *cd_plan_implementation(const cd_plan *plan);

/// Bytes of 64-byte aligned memory that a run requires, without contents between runs. The caller provides it, since oneDNN's own
/// scratchpad belongs to the thread that made the plan.
size_t cd_plan_workspace(const cd_plan *plan);

/// Forward: output = conv(input, weights) + bias.
/// Backward data: input = the gradient of the input, from output = its own gradient, and weights.
/// Backward weights: weights and bias = gradients, from input and output = the output's gradient.
/// bias may be null if the plan has none.
cd_status cd_plan_run(
    cd_plan *plan, void *input, void *weights, void *_Nullable bias, void *output, void *_Nullable workspace);

/// c = alpha · op(a)·op(b) + beta · c, row-major; op(a) is [m, k], op(b) [k, n]; strides are from row to row in memory.
cd_status cd_matrix_product(
    bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t stride_a,
    const float *b, int64_t stride_b, float beta, float *c, int64_t stride_c);

/// The matrix product c = a·b, dense and row-major, for one b and many a [m, k]: b is packed once, which pays if m is small. Used
/// with its context, from one thread at a time; destroy it before its context.
typedef struct cd_packed cd_packed;

/// b is [k, n], or [n, k] with `transpose_b`. Takes milliseconds: keep the result; b may change.
cd_status cd_packed_create(
    cd_context *context, int64_t m, int64_t n, int64_t k, bool transpose_b, cd_packed *_Nullable *_Nonnull result);
void cd_packed_destroy(cd_packed *p);

/// oneDNN's name for the implementation; `brg…` are the fast ones.
const char *cd_packed_implementation(const cd_packed *p);

/// Bytes of 64-byte aligned memory for the packed b, and for both functions below while they run.
size_t cd_packed_size(const cd_packed *p);
size_t cd_packed_scratchpad(const cd_packed *p);

cd_status cd_packed_pack(cd_packed *p, const float *b, void *packed, void *scratchpad);
cd_status cd_packed_multiply(cd_packed *p, const float *a, const void *packed, float *c, void *scratchpad);

#pragma clang assume_nonnull end
#endif
