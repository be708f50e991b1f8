#include "include/reference.h"

#include <stddef.h>

void r2_reference_conv(const r2_geometry *g, const float *in, int frames, int height, int width,
                       const float *weight, const float *scale, const float *bias, const float *residual,
                       int relu, float *out) {
  int out_frames = (frames + 2 * g->pad_t - g->kernel_t) / g->stride_t + 1;
  int out_height = (height + 2 * g->pad_y - g->kernel_y) / g->stride_y + 1;
  int out_width = (width + 2 * g->pad_x - g->kernel_x) / g->stride_x + 1;
  for (int o = 0; o < g->out_channels; o++)
    for (int t = 0; t < out_frames; t++)
      for (int y = 0; y < out_height; y++)
        for (int x = 0; x < out_width; x++) {
          double sum = 0;
          for (int i = 0; i < g->in_channels; i++)
            for (int kt = 0; kt < g->kernel_t; kt++) {
              int from_t = t * g->stride_t - g->pad_t + kt;
              if (from_t < 0 || from_t >= frames) continue;
              for (int ky = 0; ky < g->kernel_y; ky++) {
                int from_y = y * g->stride_y - g->pad_y + ky;
                if (from_y < 0 || from_y >= height) continue;
                const float *row = in + (((ptrdiff_t)i * frames + from_t) * height + from_y) * width;
                const float *w =
                    weight + ((((ptrdiff_t)o * g->in_channels + i) * g->kernel_t + kt) * g->kernel_y + ky) *
                                 g->kernel_x;
                for (int kx = 0; kx < g->kernel_x; kx++) {
                  int from_x = x * g->stride_x - g->pad_x + kx;
                  if (from_x >= 0 && from_x < width) sum += (double)w[kx] * row[from_x];
                }
              }
            }
          ptrdiff_t at = (((ptrdiff_t)o * out_frames + t) * out_height + y) * out_width + x;
          if (scale) sum *= scale[o];
          if (bias) sum += bias[o];
          if (residual) sum += residual[at];
          out[at] = relu && sum < 0 ? 0 : (float)sum;
        }
}

void r2_reference_pool(const float *in, int channels, int count, float *out) {
  for (int c = 0; c < channels; c++) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += in[(ptrdiff_t)c * count + i];
    out[c] = (float)(sum / count);
  }
}

void r2_reference_linear(const float *in, const float *weight, const float *bias, int rows, int columns,
                         float *out) {
  for (int o = 0; o < rows; o++) {
    double sum = bias ? bias[o] : 0;
    for (int i = 0; i < columns; i++) sum += (double)weight[(ptrdiff_t)o * columns + i] * in[i];
    out[o] = (float)sum;
  }
}
