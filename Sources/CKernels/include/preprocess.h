// From a decoded frame to the network's input: torchvision's resize and centre crop in one pass, computed
// only at the 112x112 points that the network sees, and the table that normalises them where the network
// reads them.
#ifndef R2P1D_PREPROCESS_H
#define R2P1D_PREPROCESS_H

#include <stddef.h>
#include <stdint.h>

enum { PREPROCESS_SIDE = 112 };

/// One direction of the resize: for each output coordinate the two source coordinates on its sides and their
/// weights.
typedef struct {
  int32_t low[PREPROCESS_SIDE];
  int32_t high[PREPROCESS_SIDE];
  float low_weight[PREPROCESS_SIDE];
  float high_weight[PREPROCESS_SIDE];
} preprocess_axis;

/// The axis that resizes `source` pixels to `resized` and keeps 112 of them from `first` on.
///
/// Bilinear, align_corners = false, no antialiasing, as torch.nn.functional.interpolate does on float32.
/// Requires source >= 1, first >= 0, first + 112 <= resized.
void preprocess_axis_init(preprocess_axis *axis, int32_t source, int32_t resized, int32_t first);

/// What every 8-bit value of each channel becomes: (value / 255 - mean) / deviation.
///
/// `mean` and `deviation` are red, green, blue; `values` is [3][256].
void preprocess_values(float *values, const float *mean, const float *deviation);

/// Resizes one frame into `planes`, [3][112][112].
///
/// `picture` is the upright pixel (0, 0) of packed RGB bytes; pixel (column, row) is `column_stride` x column
/// + `row_stride` x row bytes on, either stride of any sign. Only pixels that the axes name are read, and one
/// byte after each. Resized values are rounded half to even, as torchvision's resize does.
void preprocess_rgb24(const uint8_t *picture, ptrdiff_t row_stride, ptrdiff_t column_stride,
                      const preprocess_axis *rows, const preprocess_axis *columns, uint8_t *planes);

#endif
