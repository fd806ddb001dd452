// Vector loops in C: one source compiled for float and double, multi-versioned by the compiler.
//
// Conventions of every function here:
// - Buffers of real numbers are `void *`; `type` is the type of their elements.
// - Matrices are contiguous and row-major, images [batch, height, width, channels].
// - An output may be one of the inputs if the comment says "in place"; otherwise buffers do not overlap.
// - `accumulate` adds to the output instead of overwriting it.
// - Results depend on the arguments alone: never on alignment, on threads, or on earlier calls.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_activation.h"
#include "ck_affinity.h"
#include "ck_attention.h"
#include "ck_base.h"
#include "ck_channel_scale.h"
#include "ck_convolution.h"
#include "ck_digest.h"
#include "ck_elementwise.h"
#include "ck_embedding.h"
#include "ck_group_norm.h"
#include "ck_handover.h"
#include "ck_image.h"
#include "ck_image_changes.h"
#include "ck_image_moments.h"
#include "ck_layer_norm.h"
#include "ck_layout.h"
#include "ck_loss.h"
#include "ck_normalization.h"
#include "ck_optimizer.h"
#include "ck_pooling.h"
#include "ck_random.h"
#include "ck_recurrent.h"
#include "ck_row_product.h"
#include "ck_sha256.h"
#include "ck_softmax_loss.h"
#include "ck_thin_product.h"

#endif
