#include "include/preprocess.h"

#include <math.h>
#include <string.h>

typedef float float4 __attribute__((vector_size(16)));
typedef int32_t int4 __attribute__((vector_size(16)));
typedef uint8_t byte4 __attribute__((vector_size(4)));

// torch.nn.functional.interpolate on float32: area_pixel_compute_scale, area_pixel_compute_source_index
// (which its compiler contracts to a fused multiply-add) and guard_index_and_lambda.
void preprocess_axis_init(preprocess_axis *axis, int32_t source, int32_t resized, int32_t first) {
  const float scale = (float)source / (float)resized;
  for (int i = 0; i < PREPROCESS_SIDE; i++) {
    const float centre = fmaf(scale, (float)(first + i) + 0.5f, -0.5f);
    const float position = centre > 0.0f ? centre : 0.0f;
    int32_t low = (int32_t)position;
    if (low > source - 1) low = source - 1;
    float weight = position - (float)low;
    if (weight > 1.0f) weight = 1.0f;
    axis->low[i] = low;
    axis->high[i] = low < source - 1 ? low + 1 : low;
    axis->low_weight[i] = 1.0f - weight;
    axis->high_weight[i] = weight;
  }
}

void preprocess_values(float *values, const float *mean, const float *deviation) {
  for (int channel = 0; channel < 3; channel++)
    for (int value = 0; value < 256; value++)
      values[256 * channel + value] = ((float)value / 255.0f - mean[channel]) / deviation[channel];
}

static inline __attribute__((always_inline)) float4 pixel(const uint8_t *bytes) {
  byte4 rgbx;
  memcpy(&rgbx, bytes, sizeof rgbx);
  return __builtin_convertvector(rgbx, float4);
}

// a * weight_a + b * weight_b, the first product unrounded: so does torch's compiled kernel, and ties between
// two 8-bit values fall the same way only if the order and the rounding are its own.
static inline __attribute__((always_inline)) float4 mix(float4 a, float weight_a, float4 b, float weight_b) {
  const float4 wa = {weight_a, weight_a, weight_a, weight_a};
  return __builtin_elementwise_fma(a, wa, b * weight_b);
}

static inline __attribute__((always_inline)) void convert(const uint8_t *picture, ptrdiff_t row_stride,
                                                          ptrdiff_t column_stride,
                                                          const preprocess_axis *rows,
                                                          const preprocess_axis *columns, uint8_t *planes) {
  enum { PLANE = PREPROCESS_SIDE * PREPROCESS_SIDE };
  for (int y = 0; y < PREPROCESS_SIDE; y++) {
    const uint8_t *above = picture + rows->low[y] * row_stride;
    const uint8_t *below = picture + rows->high[y] * row_stride;
    const float weight_above = rows->low_weight[y];
    const float weight_below = rows->high_weight[y];
    uint8_t *out = planes + y * PREPROCESS_SIDE;
    for (int x = 0; x < PREPROCESS_SIDE; x++) {
      const ptrdiff_t left = columns->low[x] * column_stride;
      const ptrdiff_t right = columns->high[x] * column_stride;
      const float weight_left = columns->low_weight[x];
      const float weight_right = columns->high_weight[x];
      const float4 top = mix(pixel(above + left), weight_left, pixel(above + right), weight_right);
      const float4 bottom = mix(pixel(below + left), weight_left, pixel(below + right), weight_right);
      const float4 value = mix(top, weight_above, bottom, weight_below);
      // Adding 1.5 * 2^23 leaves no room for a fraction: the sum is rounded to a whole number, half to even.
      const float4 shifted = value + 12582912.0f;
      const int4 whole = __builtin_convertvector(shifted - 12582912.0f, int4);
      out[x] = (uint8_t)whole[0];
      out[x + PLANE] = (uint8_t)whole[1];
      out[x + 2 * PLANE] = (uint8_t)whole[2];
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void convert_fma(const uint8_t *picture, ptrdiff_t row_stride,
                                                            ptrdiff_t column_stride,
                                                            const preprocess_axis *rows,
                                                            const preprocess_axis *columns, uint8_t *planes) {
  convert(picture, row_stride, column_stride, rows, columns, planes);
}
#endif

void preprocess_rgb24(const uint8_t *picture, ptrdiff_t row_stride, ptrdiff_t column_stride,
                      const preprocess_axis *rows, const preprocess_axis *columns, uint8_t *planes) {
#if defined(__x86_64__)
  // The same bits either way: without the instruction, a fused multiply-add is a function of the C library.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    convert_fma(picture, row_stride, column_stride, rows, columns, planes);
    return;
  }
#endif
  convert(picture, row_stride, column_stride, rows, columns, planes);
}
