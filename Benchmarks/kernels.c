// Micro-benchmarks of the kernels on the shapes that r2plus1d_18 gives them, one thread, operands where the network has them.
// Prints a row a kernel and instruction set: median time of a call, and G multiply-adds a second or GB moved a second.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conv.h"
#include "winograd.h"

enum { RUNS = 31 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static float *floats(size_t count) {
  float *memory = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
  if (!memory) exit(2);
  for (size_t i = 0; i < count; i++) memory[i] = (float)(i % 101) / 101;
  return memory;
}

#define MEDIAN(...)                                    \
  ({                                                   \
    double times_[RUNS];                               \
    for (int r_ = -3; r_ < RUNS; r_++) {               \
      double began_ = now();                           \
      __VA_ARGS__;                                     \
      if (r_ >= 0) times_[r_] = now() - began_;        \
    }                                                  \
    qsort(times_, RUNS, sizeof(double), ascending);    \
    times_[RUNS / 2];                                  \
  })

typedef struct {
  const char *layer;
  int rows, k, positions, panels;
} product_shape;

static const product_shape products[] = {
    {"layer1 1×3×3, F6: 64 positions", 14, 64, 64, 9},   {"layer1 3×1×1, F8: 10 positions", 84, 144, 10, 4},
    {"layer2 1×3×3, F4: 36 positions", 25, 128, 36, 18}, {"layer3 1×3×3, F4: 36 positions", 32, 256, 36, 36},
    {"layer4 1×3×3, F2: 16 positions", 16, 512, 16, 72}, {"layer4.0 1×3×3, direct", 49, 2304, 1, 58},
};

static void bench_product(const r2_kernels *kernels, const r2_operands *operands, const char *type, const product_shape *s) {
  int pairs = operands == &kernels->bf16, k = pairs ? s->k / 2 : s->k;
  size_t chunk = (size_t)s->rows * 16, position = chunk * (size_t)((k + 15) / 16), panel = (size_t)(s->positions * k) * 16;
  float *a = floats(position * (size_t)s->positions), *b = floats(panel * (size_t)s->panels), *c = floats(chunk * (size_t)s->positions * 2);
  double seconds = MEDIAN({
    for (int n = 0; n < s->panels; n += kernels->max_panels)
      for (int p = 0; p < s->positions; p++) {
        r2_product product = {.a = a + (size_t)p * position, .chunk_stride = (ptrdiff_t)chunk, .rows = s->rows, .k = k, .segments = 1,
                              .b = b + (size_t)n * panel + (size_t)(p * k) * 16, .panel_stride_b = (ptrdiff_t)panel,
                              .c = c + (size_t)p * chunk, .panel_stride_c = (ptrdiff_t)(chunk * (size_t)s->positions),
                              .panels = n + kernels->max_panels <= s->panels ? kernels->max_panels : s->panels - n};
        operands->product(&product);
      }
  });
  double done = (double)s->rows * s->k * s->positions * s->panels * 16;
  printf("%-9s %-4s product  %-32s %9.1f µs %8.1f G multiply-adds/s\n", kernels->name, type, s->layer, seconds * 1e6, done / seconds * 1e-9);
  free(a), free(b), free(c);
}

static void bench_transforms(const r2_kernels *kernels, int size, int outputs, int frames) {
  int plane = size * size * 16, tiles_across = (size + outputs - 1) / outputs;
  r2_transform t, time;
  if (r2_transform_make(outputs, 3, &t) || r2_transform_make(frames, 3, &time)) exit(2);
  r2_tiles tiles = {.bottom = size, .right = size, .rows = tiles_across, .columns = tiles_across, .y = &t, .x = &t};
  int count = tiles_across * tiles_across, positions = t.points * t.points, pixels = 112 < size * size ? 112 : size * size;
  float *x = floats((size_t)plane * (size_t)frames), *v = floats((size_t)count * (size_t)positions * 16), *y = floats((size_t)plane * (size_t)frames);
  float *w = floats((size_t)pixels * (size_t)time.points * 16);
  r2_view in = {x, plane, plane, 1, size, size, 0}, out = {y, plane, plane, 1, size, size, 0};
  r2_finish finish = {.relu = 1};
  ptrdiff_t stride = (ptrdiff_t)count * 16, stride_t = (ptrdiff_t)pixels * 16;
  double to = MEDIAN(kernels->f32.spatial_input(&in, &tiles, 0, count, 0, 1, v, stride, stride * positions));
  double from = MEDIAN(kernels->spatial_output(v, stride, stride * positions, &tiles, 0, count, 0, 1, &out, &finish));
  in.frames = out.frames = frames;
  double to_t = MEDIAN(kernels->f32.temporal_input(&in, &time, 0, 0, pixels, 0, 1, w, stride_t, stride_t * time.points));
  double from_t = MEDIAN(kernels->temporal_output(w, stride_t, stride_t * time.points, &time, 0, 0, pixels, 0, 1, &out, &finish));
  double bytes = 64.0 * (size * size + count * positions), bytes_t = 64.0 * pixels * (frames + time.points);
  printf("%-9s f32  F%d×%d in, out on %d×%d %24.1f, %5.1f µs %8.1f, %5.1f GB/s\n", kernels->name, outputs, outputs, size, size, to * 1e6,
         from * 1e6, bytes / to * 1e-9, bytes / from * 1e-9);
  printf("%-9s f32  F%d in time, in, out on %d pixels %15.1f, %5.1f µs %8.1f, %5.1f GB/s\n", kernels->name, frames, pixels, to_t * 1e6,
         from_t * 1e6, bytes_t / to_t * 1e-9, bytes_t / from_t * 1e-9);
  free(x), free(v), free(y), free(w);
}

int main(void) {
  const r2_kernels *tables[] = {r2_kernels_avx512(), r2_kernels_avx2(), r2_kernels_portable()};
  for (size_t n = 0; n < sizeof tables / sizeof tables[0]; n++) {
    const r2_kernels *kernels = tables[n];
    if (!kernels) continue;
    for (size_t s = 0; s < sizeof products / sizeof products[0]; s++) {
      bench_product(kernels, &kernels->f32, "f32", &products[s]);
      if (kernels->bf16.product) bench_product(kernels, &kernels->bf16, "bf16", &products[s]);
    }
    bench_transforms(kernels, 56, 6, 8);
    bench_transforms(kernels, 28, 4, 4);
    bench_transforms(kernels, 14, 4, 4);
  }
  return 0;
}
