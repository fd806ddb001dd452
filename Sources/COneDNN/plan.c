#include <stdlib.h>

#include "internal.h"

// A primitive with its chosen memory layouts, and the reorder between its weights and ours.
struct cd_plan {
  cd_context *context;
  cd_pass pass;
  dnnl_primitive_t convolution, reorder;
  dnnl_memory_t input, output, bias, scratchpad;
  // `weights` have our layout; `inner_weights` the primitive's, if it differs.
  dnnl_memory_t weights, inner_weights, reorder_scratchpad;
  // Parts of the workspace: the primitive's scratchpad first, then these.
  size_t inner_weights_offset, reorder_scratchpad_offset, workspace;
  const char *implementation;
};

static size_t whole_lines(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Owned descriptors that are used only while a plan is built.
typedef struct {
  dnnl_primitive_attr_t attributes, reorder_attributes;
  dnnl_post_ops_t post_ops;
  dnnl_primitive_desc_t forward, primitive, reorder;
} parts;

static void release(parts *p) {
  if (p->reorder) dnnl_primitive_desc_destroy(p->reorder);
  if (p->primitive) dnnl_primitive_desc_destroy(p->primitive);
  if (p->forward) dnnl_primitive_desc_destroy(p->forward);
  if (p->post_ops) dnnl_post_ops_destroy(p->post_ops);
  if (p->reorder_attributes) dnnl_primitive_attr_destroy(p->reorder_attributes);
  if (p->attributes) dnnl_primitive_attr_destroy(p->attributes);
}

// Weights [outputs, height, width, inputs of a group] as oneDNN sees them: logical (g)oihw with our strides, or with
// strides of its own choice (`any`).
static dnnl_status_t weights_description(const cd_convolution *c, bool any, dnnl_memory_desc_t *description) {
  int64_t inputs = c->input_channels / c->groups, outputs = c->output_channels / c->groups;
  int64_t filter = c->kernel_height * c->kernel_width * inputs;
  dnnl_dims_t dims = {c->groups, outputs, inputs, c->kernel_height, c->kernel_width};
  dnnl_dims_t strides = {outputs * filter, filter, 1, c->kernel_width * inputs, inputs};
  int skip = c->groups == 1;
  if (any) {
    return dnnl_memory_desc_init_by_tag(description, 5 - skip, dims + skip, dnnl_f32, dnnl_format_tag_any);
  }
  return dnnl_memory_desc_init_by_strides(description, 5 - skip, dims + skip, dnnl_f32, strides + skip);
}

static dnnl_status_t image_description(
    int64_t batch, int64_t channels, int64_t height, int64_t width, dnnl_memory_desc_t *description) {
  dnnl_dims_t dims = {batch, channels, height, width};
  return dnnl_memory_desc_init_by_tag(description, 4, dims, dnnl_f32, dnnl_nhwc);
}

static dnnl_status_t describe(const cd_convolution *c, cd_pass pass, bool bias, bool relu, cd_plan *plan, parts *p) {
  dnnl_memory_desc_t input, output, any_weights, bias_description;
  CD_TRY(image_description(c->batch, c->input_channels, c->height, c->width, &input));
  CD_TRY(image_description(c->batch, c->output_channels, c->output_height, c->output_width, &output));
  CD_TRY(weights_description(c, true, &any_weights));
  dnnl_dims_t bias_dims = {c->output_channels};
  CD_TRY(dnnl_memory_desc_init_by_tag(&bias_description, 1, bias_dims, dnnl_f32, dnnl_a));
  const dnnl_memory_desc_t *used_bias = bias ? &bias_description : NULL;

  dnnl_dims_t strides = {c->stride_height, c->stride_width};
  // Here 0 is dense.
  dnnl_dims_t dilations = {c->dilation_height - 1, c->dilation_width - 1};
  dnnl_dims_t before = {c->padding_top, c->padding_left}, after = {c->padding_bottom, c->padding_right};

  CD_TRY(dnnl_primitive_attr_create(&p->attributes));
  CD_TRY(dnnl_primitive_attr_set_scratchpad_mode(p->attributes, dnnl_scratchpad_mode_user));
  if (relu && pass == CD_FORWARD) {
    CD_TRY(dnnl_post_ops_create(&p->post_ops));
    CD_TRY(dnnl_post_ops_append_eltwise(p->post_ops, 1, dnnl_eltwise_relu, 0, 0));
    CD_TRY(dnnl_primitive_attr_set_post_ops(p->attributes, p->post_ops));
  }

  dnnl_convolution_desc_t forward, backward;
  CD_TRY(dnnl_dilated_convolution_forward_desc_init(
      &forward, dnnl_forward_training, dnnl_convolution_direct, &input, &any_weights,
      pass == CD_BACKWARD_DATA ? NULL : used_bias, &output, strides, dilations, before, after));
  dnnl_engine_t engine = plan->context->engine;
  CD_TRY(dnnl_primitive_desc_create(&p->forward, &forward, p->attributes, engine, NULL));
  if (pass == CD_FORWARD) return dnnl_success;

  if (pass == CD_BACKWARD_DATA) {
    CD_TRY(dnnl_dilated_convolution_backward_data_desc_init(
        &backward, dnnl_convolution_direct, &input, &any_weights, &output, strides, dilations, before, after));
  } else {
    CD_TRY(dnnl_dilated_convolution_backward_weights_desc_init(
        &backward, dnnl_convolution_direct, &input, &any_weights, used_bias, &output, strides, dilations, before,
        after));
  }
  return dnnl_primitive_desc_create(&p->primitive, &backward, p->attributes, engine, p->forward);
}

static dnnl_status_t memory(cd_plan *plan, const dnnl_memory_desc_t *description, dnnl_memory_t *result) {
  return dnnl_memory_create(result, description, plan->context->engine, DNNL_MEMORY_NONE);
}

static dnnl_status_t build(const cd_convolution *c, bool bias, bool relu, cd_plan *plan, parts *p) {
  CD_TRY(describe(c, plan->pass, bias, relu, plan, p));
  dnnl_primitive_desc_t chosen = plan->pass == CD_FORWARD ? p->forward : p->primitive;
  bool data = plan->pass == CD_BACKWARD_DATA, filters = plan->pass == CD_BACKWARD_WEIGHTS;
  CD_TRY(dnnl_primitive_create(&plan->convolution, chosen));
  // From the primitive's own descriptor, which lives as long as the primitive.
  const_dnnl_primitive_desc_t own;
  CD_TRY(dnnl_primitive_get_primitive_desc(plan->convolution, &own));
  CD_TRY(dnnl_primitive_desc_query(own, dnnl_query_impl_info_str, 0, &plan->implementation));

  const dnnl_memory_desc_t *inner =
      dnnl_primitive_desc_query_md(chosen, filters ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
  const dnnl_memory_desc_t *scratchpad = dnnl_primitive_desc_query_md(chosen, dnnl_query_scratchpad_md, 0);
  CD_TRY(memory(
      plan, dnnl_primitive_desc_query_md(chosen, data ? dnnl_query_diff_src_md : dnnl_query_src_md, 0),
      &plan->input));
  CD_TRY(memory(
      plan,
      dnnl_primitive_desc_query_md(chosen, plan->pass == CD_FORWARD ? dnnl_query_dst_md : dnnl_query_diff_dst_md, 0),
      &plan->output));
  if (bias && !data) {
    const dnnl_memory_desc_t *description =
        dnnl_primitive_desc_query_md(chosen, filters ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 1);
    CD_TRY(memory(plan, description, &plan->bias));
  }
  CD_TRY(memory(plan, scratchpad, &plan->scratchpad));
  plan->workspace = whole_lines(dnnl_memory_desc_get_size(scratchpad));

  dnnl_memory_desc_t ours;
  CD_TRY(weights_description(c, false, &ours));
  CD_TRY(memory(plan, &ours, &plan->weights));
  if (dnnl_memory_desc_equal(&ours, inner)) return dnnl_success;

  CD_TRY(memory(plan, inner, &plan->inner_weights));
  dnnl_engine_t engine = plan->context->engine;
  const dnnl_memory_desc_t *from = filters ? inner : &ours, *to = filters ? &ours : inner;
  CD_TRY(dnnl_primitive_attr_create(&p->reorder_attributes));
  CD_TRY(dnnl_primitive_attr_set_scratchpad_mode(p->reorder_attributes, dnnl_scratchpad_mode_user));
  CD_TRY(dnnl_reorder_primitive_desc_create(&p->reorder, from, engine, to, engine, p->reorder_attributes));
  CD_TRY(dnnl_primitive_create(&plan->reorder, p->reorder));
  const dnnl_memory_desc_t *extra = dnnl_primitive_desc_query_md(p->reorder, dnnl_query_scratchpad_md, 0);
  CD_TRY(memory(plan, extra, &plan->reorder_scratchpad));
  plan->inner_weights_offset = plan->workspace;
  plan->workspace += whole_lines(dnnl_memory_desc_get_size(inner));
  plan->reorder_scratchpad_offset = plan->workspace;
  plan->workspace += whole_lines(dnnl_memory_desc_get_size(extra));
  return dnnl_success;
}

cd_status cd_plan_create(
    cd_context *context, const cd_convolution *convolution, cd_pass pass, bool bias, bool relu, cd_plan **result) {
  *result = NULL;
  cd_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return dnnl_out_of_memory;
  plan->context = context;
  plan->pass = pass;
  parts p = {0};
  dnnl_status_t status = build(convolution, bias, relu, plan, &p);
  release(&p);
  if (status) {
    cd_plan_destroy(plan);
    return status;
  }
  *result = plan;
  return dnnl_success;
}

void cd_plan_destroy(cd_plan *plan) {
  dnnl_memory_t memories[] = {
      plan->input, plan->output, plan->bias, plan->scratchpad, plan->weights, plan->inner_weights,
      plan->reorder_scratchpad,
  };
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  }
  if (plan->reorder) dnnl_primitive_destroy(plan->reorder);
  if (plan->convolution) dnnl_primitive_destroy(plan->convolution);
  free(plan);
}

const char *cd_plan_implementation(const cd_plan *plan) { return plan->implementation; }

size_t cd_plan_workspace(const cd_plan *plan) { return plan->workspace; }

static dnnl_status_t run_reorder(cd_plan *plan, dnnl_memory_t from, dnnl_memory_t to) {
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, plan->reorder_scratchpad}};
  return dnnl_primitive_execute(plan->reorder, plan->context->stream, 3, arguments);
}

static dnnl_status_t run_convolution(cd_plan *plan) {
  dnnl_memory_t weights = plan->reorder ? plan->inner_weights : plan->weights;
  dnnl_exec_arg_t arguments[5] = {
      {plan->pass == CD_BACKWARD_DATA ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, plan->input},
      {plan->pass == CD_BACKWARD_WEIGHTS ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, weights},
      {plan->pass == CD_FORWARD ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, plan->output},
      {DNNL_ARG_SCRATCHPAD, plan->scratchpad},
      {plan->pass == CD_BACKWARD_WEIGHTS ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS, plan->bias},
  };
  return dnnl_primitive_execute(plan->convolution, plan->context->stream, plan->bias ? 5 : 4, arguments);
}

cd_status cd_plan_run(cd_plan *plan, void *input, void *weights, void *bias, void *output, void *workspace) {
  if (plan->bias && !bias) return dnnl_invalid_arguments;
  char *space = workspace;
  CD_TRY(dnnl_memory_set_data_handle(plan->input, input));
  CD_TRY(dnnl_memory_set_data_handle(plan->output, output));
  CD_TRY(dnnl_memory_set_data_handle(plan->weights, weights));
  CD_TRY(dnnl_memory_set_data_handle(plan->scratchpad, space));
  if (plan->bias) CD_TRY(dnnl_memory_set_data_handle(plan->bias, bias));
  if (plan->reorder) {
    CD_TRY(dnnl_memory_set_data_handle(plan->inner_weights, space + plan->inner_weights_offset));
    CD_TRY(dnnl_memory_set_data_handle(plan->reorder_scratchpad, space + plan->reorder_scratchpad_offset));
    if (plan->pass != CD_BACKWARD_WEIGHTS) CD_TRY(run_reorder(plan, plan->weights, plan->inner_weights));
  }
  CD_TRY(run_convolution(plan));
  if (plan->reorder && plan->pass == CD_BACKWARD_WEIGHTS) {
    CD_TRY(run_reorder(plan, plan->inner_weights, plan->weights));
  }
  return dnnl_stream_wait(plan->context->stream);
}
