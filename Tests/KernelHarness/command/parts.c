// Times the parts that convolutions consist of, on the shapes that r2plus1d_18 gives them, one thread,
// operands where the network has them. Prints a row a kernel and instruction set: median time of a call, and
// G multiply-adds a second or GB moved.
#include "parts.h"

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

#define MEDIAN(...)                                 \
  ({                                                \
    double times_[RUNS];                            \
    for (int r_ = -3; r_ < RUNS; r_++) {            \
      double began_ = now();                        \
      __VA_ARGS__;                                  \
      if (r_ >= 0) times_[r_] = now() - began_;     \
    }                                               \
    qsort(times_, RUNS, sizeof(double), ascending); \
    times_[RUNS / 2];                               \
  })

typedef struct {
  const char *layer;
  int rows, k, positions, panels;
} product_shape;

static const product_shape products[] = {
    {"layer1 1×3×3, F7: 81 positions", 11, 64, 81, 9},   {"layer1 3×1×1, F8: 10 positions", 84, 144, 10, 4},
    {"layer2 1×3×3, F4: 36 positions", 25, 128, 36, 18}, {"layer3 1×3×3, F4: 36 positions", 32, 256, 36, 36},
    {"layer4 1×3×3, F2: 16 positions", 16, 512, 16, 72}, {"layer4.0 1×3×3, direct", 49, 2304, 1, 58},
};

static const char *const type_name[R2_OPERAND_TYPES] = {
    [R2_F32] = "f32", [R2_BF16] = "bf16", [R2_INT8] = "int8"};
static const int values[R2_OPERAND_TYPES] = {[R2_F32] = 1, [R2_BF16] = 2, [R2_INT8] = 4};

static void bench_product(const r2_kernels *kernels, r2_operand_type type, const product_shape *s) {
  int k = s->k / values[type];
  size_t chunk = (size_t)s->rows * 16, position = chunk * (size_t)((k + 15) / 16);
  size_t panel = (size_t)(s->positions * k) * 16;
  float *a = floats(position * (size_t)s->positions), *b = floats(panel * (size_t)s->panels);
  float *c = floats(chunk * (size_t)s->positions * 2), *sums = floats((size_t)s->panels * 16);
  double seconds = MEDIAN({
    for (int n = 0; n < s->panels; n += kernels->max_panels)
      for (int p = 0; p < s->positions; p++) {
        r2_product product = {
            .a = a + (size_t)p * position,
            .chunk_stride = (ptrdiff_t)chunk,
            .rows = s->rows,
            .k = k,
            .segments = 1,
            .b = b + (size_t)n * panel + (size_t)(p * k) * 16,
            .panel_stride_b = (ptrdiff_t)panel,
            .c = c + (size_t)p * chunk,
            .panel_stride_c = (ptrdiff_t)(chunk * (size_t)s->positions),
            .panels = n + kernels->max_panels <= s->panels ? kernels->max_panels : s->panels - n,
            .weight_sums = sums,
            .panel_stride_sums = 16,
            .ahead = (ptrdiff_t)k * 32,
        };
        kernels->operands[type].product(&product);
      }
  });
  double done = (double)s->rows * s->k * s->positions * s->panels * 16;
  printf("%-9s %-4s product  %-32s %9.1f µs %8.1f G multiply-adds/s\n", kernels->name, type_name[type],
         s->layer, seconds * 1e6, done / seconds * 1e-9);
  free(a), free(b), free(c), free(sums);
}

static void print_transforms(const char *set, const char *what, double to, double from, double bytes) {
  printf("%-9s f32  %-24s in, out %12.1f, %5.1f µs %8.1f, %5.1f GB/s\n", set, what, to * 1e6, from * 1e6,
         bytes / to * 1e-9, bytes / from * 1e-9);
}

static void bench_spatial(const r2_kernels *kernels, int size, int outputs) {
  r2_transform t;
  if (r2_transform_make(outputs, 3, &t)) exit(2);
  int plane = size * size * 16, across = (size + outputs - 1) / outputs, positions = t.points * t.points;
  r2_tiles tiles = {.height = size, .width = size, .rows = across, .columns = across, .y = &t, .x = &t};
  r2_range all = {0, across * across}, block = {0, 1};
  float *x = floats((size_t)plane), *y = floats((size_t)plane);
  float *v = floats((size_t)all.count * (size_t)positions * 16);
  r2_view in = {x, plane, plane, 1, size, size, 0}, out = {y, plane, plane, 1, size, size, 0};
  r2_finish finish = {.relu = 1};
  ptrdiff_t stride = (ptrdiff_t)all.count * 16;
  r2_transformed lines = {
      .base = v, .position = stride, .segment = stride, .chunk = stride, .tile = R2_BLOCK};
  r2_sums sums = {.base = v, .position = stride, .panel = stride * positions, .panels = block};
  const r2_operands *f32 = &kernels->operands[R2_F32];
  double to = MEDIAN(f32->spatial_input(&in, &tiles, all, block, &lines));
  double from = MEDIAN(f32->spatial_output(&sums, &tiles, all, &out, &finish));
  char what[64];
  snprintf(what, sizeof what, "F%d×%d on %d×%d", outputs, outputs, size, size);
  print_transforms(kernels->name, what, to, from, 64.0 * (size * size + all.count * positions));
  free(x), free(v), free(y);
}

static void bench_temporal(const r2_kernels *kernels, int size, int frames) {
  r2_transform t;
  if (r2_transform_make(frames, 3, &t)) exit(2);
  int plane = size * size * 16;
  r2_range pixels = {0, 112 < size * size ? 112 : size * size}, block = {0, 1};
  float *x = floats((size_t)plane * (size_t)frames), *y = floats((size_t)plane * (size_t)frames);
  float *v = floats((size_t)pixels.count * (size_t)t.points * 16);
  r2_view in = {x, plane, plane, frames, size, size, 0}, out = {y, plane, plane, frames, size, size, 0};
  r2_finish finish = {.relu = 1};
  ptrdiff_t stride = (ptrdiff_t)pixels.count * 16;
  r2_transformed lines = {
      .base = v, .position = stride, .segment = stride, .chunk = stride, .tile = R2_BLOCK};
  r2_sums sums = {.base = v, .position = stride, .panel = stride * t.points, .panels = block};
  const r2_operands *f32 = &kernels->operands[R2_F32];
  double to = MEDIAN(f32->temporal_input(&in, &t, 0, pixels, block, &lines));
  double from = MEDIAN(f32->temporal_output(&sums, &t, 0, pixels, &out, &finish));
  char what[64];
  snprintf(what, sizeof what, "F%d in time, %d pixels", frames, pixels.count);
  print_transforms(kernels->name, what, to, from, 64.0 * pixels.count * (frames + t.points));
  free(x), free(v), free(y);
}

void time_parts(void) {
  for (int isa = R2_ISAS - 1; isa > R2_SCALAR; isa--) {
    const r2_kernels *kernels = r2_kernels_of((r2_isa)isa);
    if (!kernels) continue;
    for (size_t s = 0; s < sizeof products / sizeof products[0]; s++)
      for (r2_operand_type type = R2_F32; type < R2_OPERAND_TYPES; type++)
        if (kernels->fast[type]) bench_product(kernels, type, &products[s]);
    bench_spatial(kernels, 56, 7), bench_temporal(kernels, 56, 8);
    bench_spatial(kernels, 28, 4), bench_temporal(kernels, 28, 4);
    bench_spatial(kernels, 14, 4), bench_temporal(kernels, 14, 4);
  }
}
