#include <math.h>
#include <string.h>

#include "gpu.h"

/// DEPTH in conv.comp, and in conv-matrix.comp.
static size_t slice_of(r2_gpu_path path) { return path == R2_GPU_F16_MATRIX ? 32 : 16; }

int r2_gpu_channel_step(r2_gpu_path path) { return path == R2_GPU_F16_MATRIX ? 8 : 4; }

static size_t padded(size_t count, size_t to) { return (count + to - 1) / to * to; }

size_t r2_gpu_weight_count(r2_gpu_path path, int in_channels, int out_channels, int taps) {
  size_t step = (size_t)r2_gpu_channel_step(path);
  return padded((size_t)taps * padded((size_t)in_channels, step), slice_of(path)) *
         padded((size_t)out_channels, step);
}

/// The nearest float16, of two as near the even one; what is too large becomes infinity. By hand: not every
/// compiler's library converts.
static uint16_t half_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return (uint16_t)(sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00));
  uint32_t shift, mantissa;
  uint32_t exponent = magnitude >> 23;
  if (exponent >= 113) {
    shift = 13;
    mantissa = magnitude - (112u << 23);
  } else {
    if (exponent < 102) return (uint16_t)sign;
    shift = 126 - exponent;
    mantissa = (magnitude & 0x7fffff) | 0x800000;
  }
  uint32_t rest = mantissa & ((1u << shift) - 1), tie = 1u << (shift - 1);
  uint32_t result = mantissa >> shift;
  if (rest > tie || (rest == tie && (result & 1))) result++;
  return (uint16_t)(sign | result);
}

void r2_gpu_widen(const uint16_t *halves, size_t count, float *values) {
  for (size_t i = 0; i < count; i++) {
    uint32_t sign = (uint32_t)(halves[i] & 0x8000) << 16, magnitude = halves[i] & 0x7fff;
    float value;
    if (magnitude < 0x0400) {
      value = (float)magnitude * 0x1p-24f;
    } else {
      uint32_t bits = magnitude >= 0x7c00 ? 0x7f800000 | magnitude << 13 : (magnitude << 13) + (112u << 23);
      memcpy(&value, &bits, sizeof value);
    }
    values[i] = sign ? -value : value;
  }
}

int r2_gpu_pack(r2_gpu_path path, const float *weights, int in_channels, int out_channels, int taps,
                float *factor, void *packed) {
  int half = path != R2_GPU_F32;
  size_t step = (size_t)r2_gpu_channel_step(path);
  size_t inputs = padded((size_t)in_channels, step), outputs = padded((size_t)out_channels, step);
  memset(packed, 0, r2_gpu_weight_count(path, in_channels, out_channels, taps) * (half ? 2 : 4));
  for (int o = 0; o < out_channels; o++) {
    const float *channel = weights + (size_t)o * in_channels * taps;
    float largest = 0;
    for (size_t i = 0; i < (size_t)in_channels * taps; i++) {
      if (!isfinite(channel[i])) return 0;
      largest = fmaxf(largest, fabsf(channel[i]));
    }
    int exponent = 0;
    // The largest becomes 0.5 … 1, so that all but the smallest keep every bit that float16 has.
    if (half && largest > 0) frexpf(largest, &exponent);
    factor[o] = ldexpf(factor[o], exponent);
    for (int c = 0; c < in_channels; c++)
      for (int tap = 0; tap < taps; tap++) {
        size_t to = ((size_t)tap * inputs + (size_t)c) * outputs + (size_t)o;
        float value = channel[(size_t)c * taps + tap];
        if (half)
          ((uint16_t *)packed)[to] = half_of(ldexpf(value, -exponent));
        else
          ((float *)packed)[to] = value;
      }
  }
  return 1;
}
