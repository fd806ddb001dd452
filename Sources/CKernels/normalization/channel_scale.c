#include "../common/panels.h"
#define CK_TEMPLATE "../normalization/channel_scale_template.h"
#include "../common/instantiate.h"

void ck_scale_channels(ck_type type, ck_channels sizes, const void *x, const void *factor, void *y, bool accumulate) {
  CK_CALL(type, scale_channels, sizes, x, factor, y, accumulate);
}

void ck_scale_channels_gradient(
    ck_type type, ck_channels sizes, const void *x, const void *dy, void *target, bool accumulate) {
  CK_CALL(type, scale_channels_gradient, sizes, x, dy, target, accumulate);
}
