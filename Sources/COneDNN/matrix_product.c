#include "internal.h"

cd_status cd_matrix_product(
    bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t stride_a,
    const float *b, int64_t stride_b, float beta, float *c, int64_t stride_c) {
  return dnnl_sgemm(
      transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, alpha, a, stride_a, b, stride_b, beta, c, stride_c);
}
