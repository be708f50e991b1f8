// The stem's 7×7 convolution of stride 2 on three colours. Its input holds the four phases of a frame (rows
// odd or even, columns odd or even) as twelve channels of a frame half as high and as wide, on which it is
// one of 4×4 taps and stride 1, with two rows and columns of padding before the frame and one behind it. Tap
// j of four is tap 2j of seven on odd rows and tap 2j − 1 on even ones, which have three.
#include <string.h>

#include "method.h"

enum { TAPS = 4, COLOURS = 3 };

r2_status r2_stem_prepare(r2_conv *conv) {
  const r2_geometry *g = &conv->geometry;
  if (conv->operands != R2_F32) return R2_UNFIT_OPERANDS;
  if (g->in_channels != COLOURS) return R2_UNFIT_GEOMETRY;
  conv->k = 4 * COLOURS;
  conv->segments = g->kernel_t;
  conv->v_segments = 1;
  conv->v_frames = g->kernel_t > 1 ? conv->frames : 1;
  return r2_tile_output(conv, TAPS);
}

// The taps of a phase among those of seven rows and columns.
static void phase_filter(const double *filter, int phase, double *taps) {
  int odd_y = phase >> 1, odd_x = phase & 1;
  for (int i = 0; i < TAPS; i++)
    for (int j = 0; j < TAPS; j++) {
      int y = 2 * i - !odd_y, x = 2 * j - !odd_x;
      double *to = taps + (i * TAPS + j) * R2_BLOCK;
      if (y < 0 || x < 0)
        memset(to, 0, R2_BLOCK * sizeof(double));
      else
        memcpy(to, filter + (y * 7 + x) * R2_BLOCK, R2_BLOCK * sizeof(double));
    }
}

void r2_stem_pack(const r2_packing *packing, int i) {
  double filter[7 * 7 * R2_BLOCK], taps[TAPS * TAPS * R2_BLOCK];
  for (int t = 0; t < packing->conv->geometry.kernel_t; t++) {
    for (int y = 0; y < 7; y++) r2_filter(packing, i, (t * 7 + y) * 7, 7, filter + y * 7 * R2_BLOCK);
    for (int phase = 0; phase < 4; phase++) {
      phase_filter(filter, phase, taps);
      r2_pack_square(packing, taps, TAPS, t * 4 + phase, i);
    }
  }
}

void r2_stem_fill(const uint8_t *planes, int height, int width, const float *values, float *to) {
  ptrdiff_t plane = (ptrdiff_t)height * width;
  for (int y = 0; y < height; y += 2)
    for (int x = 0; x < width; x += 2, to += R2_BLOCK) {
      const uint8_t *first = planes + (ptrdiff_t)y * width + x;
      memset(to, 0, R2_BLOCK * sizeof(float));
      for (int phase = 0; phase < 4; phase++) {
        int row = phase >> 1, column = phase & 1;
        if (y + row >= height || x + column >= width) continue;
        const uint8_t *pixel = first + row * width + column;
        for (int c = 0; c < COLOURS; c++) to[phase * COLOURS + c] = values[256 * c + pixel[c * plane]];
      }
    }
}
