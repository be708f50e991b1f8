// From a decoded picture to the network's input: torchvision's resize, centre crop and normalisation in one
// pass, computed only at the 112x112 points that the network sees.
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
typedef struct {
  float values[3][256];
} preprocess_table;

/// `mean` and `deviation` are red, green, blue.
void preprocess_table_init(preprocess_table *table, const float *mean, const float *deviation);

enum { PREPROCESS_VALUES = 3 * PREPROCESS_SIDE * PREPROCESS_SIDE };

/// The 8-bit values that `planes` were normalised from with this mean and deviation, in the same order.
void preprocess_restore(const float *planes, const float *mean, const float *deviation, uint8_t *bytes);

/// Normalises 8-bit values: the inverse of preprocess_restore, to the bit.
void preprocess_normalise(const preprocess_table *table, const uint8_t *bytes, float *planes);

/// Resizes and normalises one picture into `planes`, float32 [3][112][112].
///
/// `picture` is the upright pixel (0, 0) of packed RGB bytes; pixel (column, row) is `column_stride` x column
/// + `row_stride` x row bytes on, either stride of any sign. Only pixels that the axes name are read, and one
/// byte after each. Resized values are rounded to 8 bits, half to even, before they are normalised, as
/// torchvision's resize does.
void preprocess_rgb24(const uint8_t *picture, ptrdiff_t row_stride, ptrdiff_t column_stride,
                      const preprocess_axis *rows, const preprocess_axis *columns,
                      const preprocess_table *table, float *planes);

#endif
