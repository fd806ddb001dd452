#include <stdlib.h>

#include "internal.h"

// A matrix product whose right factor is packed once, for many left factors.
struct cd_packed {
  cd_context *context;
  dnnl_primitive_t product, reorder;
  dnnl_memory_t left, right, result, packed, scratchpad, reorder_scratchpad;
  size_t packed_size, scratchpad_size;
  const char *implementation;
};

static dnnl_status_t matrix(int64_t rows, int64_t columns, bool transposed, dnnl_memory_desc_t *description) {
  dnnl_dims_t dims = {rows, columns}, strides = {transposed ? 1 : columns, transposed ? rows : 1};
  return dnnl_memory_desc_init_by_strides(description, 2, dims, dnnl_f32, strides);
}

static dnnl_status_t memory(cd_packed *p, const dnnl_memory_desc_t *description, dnnl_memory_t *result) {
  return dnnl_memory_create(result, description, p->context->engine, DNNL_MEMORY_NONE);
}

typedef struct {
  dnnl_primitive_attr_t attributes;
  dnnl_primitive_desc_t product, reorder;
} parts;

static dnnl_status_t build(int64_t m, int64_t n, int64_t k, bool transpose_b, cd_packed *p, parts *made) {
  dnnl_memory_desc_t left, right, any, result;
  dnnl_dims_t right_dims = {k, n};
  CD_TRY(matrix(m, k, false, &left));
  CD_TRY(matrix(k, n, transpose_b, &right));
  CD_TRY(dnnl_memory_desc_init_by_tag(&any, 2, right_dims, dnnl_f32, dnnl_format_tag_any));
  CD_TRY(matrix(m, n, false, &result));
  CD_TRY(dnnl_primitive_attr_create(&made->attributes));
  CD_TRY(dnnl_primitive_attr_set_scratchpad_mode(made->attributes, dnnl_scratchpad_mode_user));
  dnnl_matmul_desc_t description;
  CD_TRY(dnnl_matmul_desc_init(&description, &left, &any, NULL, &result));
  dnnl_engine_t engine = p->context->engine;
  CD_TRY(dnnl_primitive_desc_create(&made->product, &description, made->attributes, engine, NULL));
  CD_TRY(dnnl_primitive_create(&p->product, made->product));
  const_dnnl_primitive_desc_t own;
  CD_TRY(dnnl_primitive_get_primitive_desc(p->product, &own));
  CD_TRY(dnnl_primitive_desc_query(own, dnnl_query_impl_info_str, 0, &p->implementation));

  const dnnl_memory_desc_t *packed = dnnl_primitive_desc_query_md(made->product, dnnl_query_weights_md, 0);
  const dnnl_memory_desc_t *scratchpad = dnnl_primitive_desc_query_md(made->product, dnnl_query_scratchpad_md, 0);
  CD_TRY(dnnl_reorder_primitive_desc_create(&made->reorder, &right, engine, packed, engine, made->attributes));
  CD_TRY(dnnl_primitive_create(&p->reorder, made->reorder));
  const dnnl_memory_desc_t *extra = dnnl_primitive_desc_query_md(made->reorder, dnnl_query_scratchpad_md, 0);
  CD_TRY(memory(p, &left, &p->left));
  CD_TRY(memory(p, &right, &p->right));
  CD_TRY(memory(p, &result, &p->result));
  CD_TRY(memory(p, packed, &p->packed));
  CD_TRY(memory(p, scratchpad, &p->scratchpad));
  CD_TRY(memory(p, extra, &p->reorder_scratchpad));
  p->packed_size = dnnl_memory_desc_get_size(packed);
  // Only one of them is in use at a time.
  size_t product_size = dnnl_memory_desc_get_size(scratchpad), reorder_size = dnnl_memory_desc_get_size(extra);
  p->scratchpad_size = product_size > reorder_size ? product_size : reorder_size;
  return dnnl_success;
}

cd_status cd_packed_create(
    cd_context *context, int64_t m, int64_t n, int64_t k, bool transpose_b, cd_packed **result) {
  *result = NULL;
  cd_packed *p = calloc(1, sizeof *p);
  if (!p) return dnnl_out_of_memory;
  p->context = context;
  parts made = {0};
  dnnl_status_t status = build(m, n, k, transpose_b, p, &made);
  if (made.reorder) dnnl_primitive_desc_destroy(made.reorder);
  if (made.product) dnnl_primitive_desc_destroy(made.product);
  if (made.attributes) dnnl_primitive_attr_destroy(made.attributes);
  if (status) {
    cd_packed_destroy(p);
    return status;
  }
  *result = p;
  return dnnl_success;
}

void cd_packed_destroy(cd_packed *p) {
  dnnl_memory_t memories[] = {p->left, p->right, p->result, p->packed, p->scratchpad, p->reorder_scratchpad};
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  }
  if (p->reorder) dnnl_primitive_destroy(p->reorder);
  if (p->product) dnnl_primitive_destroy(p->product);
  free(p);
}

const char *cd_packed_implementation(const cd_packed *p) { return p->implementation; }
size_t cd_packed_size(const cd_packed *p) { return p->packed_size; }
size_t cd_packed_scratchpad(const cd_packed *p) { return p->scratchpad_size; }

cd_status cd_packed_pack(cd_packed *p, const float *b, void *packed, void *scratchpad) {
  CD_TRY(dnnl_memory_set_data_handle(p->right, (void *)b));
  CD_TRY(dnnl_memory_set_data_handle(p->packed, packed));
  CD_TRY(dnnl_memory_set_data_handle(p->reorder_scratchpad, scratchpad));
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_FROM, p->right}, {DNNL_ARG_TO, p->packed}, {DNNL_ARG_SCRATCHPAD, p->reorder_scratchpad}};
  CD_TRY(dnnl_primitive_execute(p->reorder, p->context->stream, 3, arguments));
  return dnnl_stream_wait(p->context->stream);
}

cd_status cd_packed_multiply(cd_packed *p, const float *a, const void *packed, float *c, void *scratchpad) {
  CD_TRY(dnnl_memory_set_data_handle(p->left, (void *)a));
  CD_TRY(dnnl_memory_set_data_handle(p->packed, (void *)packed));
  CD_TRY(dnnl_memory_set_data_handle(p->result, c));
  CD_TRY(dnnl_memory_set_data_handle(p->scratchpad, scratchpad));
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_SRC, p->left},
      {DNNL_ARG_WEIGHTS, p->packed},
      {DNNL_ARG_DST, p->result},
      {DNNL_ARG_SCRATCHPAD, p->scratchpad},
  };
  CD_TRY(dnnl_primitive_execute(p->product, p->context->stream, 4, arguments));
  return dnnl_stream_wait(p->context->stream);
}
