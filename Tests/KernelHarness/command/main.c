// The harness without Swift. With the word
//   check   every small case with every type of operands, on every instruction set: prints a line a failure;
//   exit
//           status 0 if there was none (the default)
//   errors  the rms error of algorithms on a convolution of 64 channels, as a share of the outputs' rms; a
//           second word names the instruction set, the fastest otherwise
//   time    the large cases on one thread: median time of a run, and G multiply-adds a second
//   parts   the same of products and transforms
//   list    all cases
#include <stdio.h>
#include <string.h>

#include "kernel_harness.h"
#include "parts.h"

static const char *const type_name[R2_OPERAND_TYPES] = {
    [R2_F32] = "f32", [R2_BF16] = "bf16", [R2_INT8] = "int8"};

enum { TEXT = 160 };

// Under an emulator the reference takes seconds for a larger one.
static int is_large(const kernel_case *c) { return kernel_case_multiply_adds(c) > 12e6; }

static int check(const kernel_case *c, r2_operand_type type, const r2_kernels *kernels, int at_end) {
  kernel_outcome outcome = kernel_case_check(c, type, kernels, at_end);
  if (outcome.status == R2_OK && outcome.error < kernel_allowed_error(c, type, kernels) && outcome.intact &&
      outcome.same_with_threads)
    return 0;
  char text[TEXT];
  kernel_case_describe(c, text, sizeof text);
  printf("%s, %s, %s: %s, off by %g of the largest value%s%s\n", kernels->name, type_name[type], text,
         r2_status_text(outcome.status), (double)outcome.error,
         outcome.intact ? "" : ", wrote outside its buffers",
         outcome.same_with_threads ? "" : ", depends on the threads");
  return 1;
}

static int check_dense(const dense_case *c, const r2_kernels *kernels, int at_end) {
  dense_outcome outcome = dense_case_check(c, kernels, at_end);
  // Each term is rounded twice.
  if (outcome.error < 2.3e-16 * (c->depth + 1) && outcome.intact) return 0;
  char text[TEXT];
  dense_case_describe(c, text, sizeof text);
  printf("%s, %s: off by %g%s\n", kernels->name, text, outcome.error,
         outcome.intact ? "" : ", wrote outside its buffers");
  return 1;
}

static int check_all(void) {
  int done = 0, failed = 0;
  for (r2_isa isa = R2_SCALAR; isa < R2_ISAS; isa++) {
    const r2_kernels *kernels = r2_kernels_of(isa);
    if (!kernels) continue;
    for (size_t n = 0; n < kernel_case_count(); n++)
      for (r2_operand_type type = R2_F32; type < R2_OPERAND_TYPES; type++) {
        kernel_case c;
        if (is_large(kernel_case_at(n)) || !kernel_case_as(kernel_case_at(n), type, &c)) continue;
        for (int at_end = 0; at_end < 2; at_end++, done++) failed += check(&c, type, kernels, at_end);
      }
    for (size_t n = 0; n < dense_case_count(); n++)
      for (int at_end = 0; at_end < 2; at_end++, done++)
        failed += check_dense(dense_case_at(n), kernels, at_end);
    printf("%s%s%s\n", kernels->name, kernels->fast[R2_BF16] ? ", bf16" : "",
           kernels->fast[R2_INT8] ? ", int8" : "");
  }
  printf("%d passed, %d failed\n", done - failed, failed);
  return failed != 0 || done == 0;
}

#define SQUARE {1, 3, 3}
#define TIME {3, 1, 1}
#define ONE {1, 1, 1}
#define HALF {1, 2, 2}

static const struct {
  const char *name;
  r2_operand_type type;
  kernel_case test;
} error_cases[] = {
    {"direct, 1×3×3", R2_F32, {R2_GATHER, 64, 64, SQUARE, ONE, 1, 28, 28, 0, 0, 0, 1}},
    {"F2×2", R2_F32, {R2_SPATIAL, 64, 64, SQUARE, ONE, 1, 28, 28, 2, 0, 0, 1}},
    {"F4×4", R2_F32, {R2_SPATIAL, 64, 64, SQUARE, ONE, 1, 28, 28, 4, 0, 0, 1}},
    {"F7×7", R2_F32, {R2_SPATIAL, 64, 64, SQUARE, ONE, 1, 28, 28, 7, 0, 0, 1}},
    {"F4×4 folded, 3×3×3", R2_F32, {R2_SPATIAL, 64, 64, {3, 3, 3}, ONE, 4, 28, 28, 4, 0, 0, 1}},
    {"direct, 1×3×3, stride 2", R2_F32, {R2_GATHER, 64, 64, SQUARE, HALF, 1, 56, 56, 0, 0, 0, 1}},
    {"phases F4×4, stride 2", R2_F32, {R2_POLYPHASE, 64, 64, SQUARE, HALF, 1, 56, 56, 4, 0, 0, 1}},
    {"phases F2×2, stride 2", R2_F32, {R2_POLYPHASE, 64, 64, SQUARE, HALF, 1, 28, 28, 2, 0, 0, 1}},
    {"stem, phases F4×4", R2_F32, {R2_STEM, 3, 64, {1, 7, 7}, HALF, 1, 112, 112, 4, 0, 0, 1}},
    {"direct, 3×1×1", R2_F32, {R2_DIRECT, 64, 64, TIME, ONE, 8, 14, 14, 0, 0, 0, 1}},
    {"F4 in time", R2_F32, {R2_TEMPORAL, 64, 64, TIME, ONE, 8, 14, 14, 0, 4, 0, 1}},
    {"F8 in time", R2_F32, {R2_TEMPORAL, 64, 64, TIME, ONE, 8, 14, 14, 0, 8, 0, 1}},
    {"Toeplitz, 2 frames", R2_F32, {R2_TEMPORAL, 64, 64, TIME, ONE, 2, 14, 14, 0, 2, 0, 1}},
    {"direct, 1×3×3, bf16", R2_BF16, {R2_GATHER, 64, 64, SQUARE, ONE, 1, 28, 28, 0, 0, 0, 1}},
    {"F2×2, bf16", R2_BF16, {R2_SPATIAL, 64, 64, SQUARE, ONE, 1, 28, 28, 2, 0, 0, 1}},
    {"F4×4, bf16", R2_BF16, {R2_SPATIAL, 64, 64, SQUARE, ONE, 1, 28, 28, 4, 0, 0, 1}},
    {"phases F4×4, stride 2, bf16", R2_BF16, {R2_POLYPHASE, 64, 64, SQUARE, HALF, 1, 56, 56, 4, 0, 0, 1}},
    {"phases F2×2, stride 2, bf16", R2_BF16, {R2_POLYPHASE, 64, 64, SQUARE, HALF, 1, 28, 28, 2, 0, 0, 1}},
    {"direct, 1×3×3, int8", R2_INT8, {R2_GATHER, 64, 64, SQUARE, ONE, 1, 28, 28, 0, 0, 0, 1}},
    {"F2×2, int8", R2_INT8, {R2_SPATIAL, 64, 64, SQUARE, ONE, 1, 28, 28, 2, 0, 0, 1}},
    {"F4×4, int8", R2_INT8, {R2_SPATIAL, 64, 64, SQUARE, ONE, 1, 28, 28, 4, 0, 0, 1}},
    {"F4×4 folded, 3×3×3, int8", R2_INT8, {R2_SPATIAL, 64, 64, {3, 3, 3}, ONE, 4, 28, 28, 4, 0, 0, 1}},
    {"phases F4×4, stride 2, int8", R2_INT8, {R2_POLYPHASE, 64, 64, SQUARE, HALF, 1, 56, 56, 4, 0, 0, 1}},
    {"F4 in time, int8", R2_INT8, {R2_TEMPORAL, 64, 64, TIME, ONE, 8, 14, 14, 0, 4, 0, 1}},
    {"F4 in time, bf16", R2_BF16, {R2_TEMPORAL, 64, 64, TIME, ONE, 8, 14, 14, 0, 4, 0, 1}},
};

// The kernels of this name, or the fastest; NULL where this CPU lacks them.
static const r2_kernels *kernels_named(const char *name) {
  const r2_kernels *found = NULL;
  for (r2_isa isa = R2_SCALAR; isa < R2_ISAS; isa++) {
    const r2_kernels *kernels = r2_kernels_of(isa);
    if (kernels && (!name || strcmp(kernels->name, name) == 0)) found = kernels;
  }
  return found;
}

static int print_errors(const char *name) {
  const r2_kernels *best = kernels_named(name);
  if (!best) return fprintf(stderr, "%s: not on this CPU\n", name), 1;
  for (size_t n = 0; n < sizeof error_cases / sizeof error_cases[0]; n++) {
    if (!best->fast[error_cases[n].type]) continue;
    if (check(&error_cases[n].test, error_cases[n].type, best, 1)) return 1;
    kernel_outcome outcome = kernel_case_check(&error_cases[n].test, error_cases[n].type, best, 1);
    printf("%-32s %.1e\n", error_cases[n].name, outcome.rms);
  }
  return 0;
}

static void print_times(void) {
  for (r2_isa isa = R2_ISAS - 1; isa > R2_SCALAR; isa--)
    for (size_t n = 0; r2_kernels_of(isa) && n < kernel_case_count(); n++)
      for (r2_operand_type type = R2_F32; type < R2_OPERAND_TYPES; type++) {
        kernel_case c;
        const r2_kernels *kernels = r2_kernels_of(isa);
        if (!kernels->fast[type] || !is_large(kernel_case_at(n))) continue;
        if (!kernel_case_as(kernel_case_at(n), type, &c)) continue;
        char text[TEXT];
        kernel_case_describe(&c, text, sizeof text);
        double seconds = kernel_case_seconds(&c, type, kernels);
        printf("%-9s %-4s %9.1f µs %8.1f G multiply-adds/s  %s\n", kernels->name, type_name[type],
               seconds * 1e6, kernel_case_multiply_adds(&c) / seconds * 1e-9, text);
      }
}

static void print_cases(void) {
  for (size_t n = 0; n < dense_case_count(); n++) {
    char text[TEXT];
    dense_case_describe(dense_case_at(n), text, sizeof text);
    printf("%s\n", text);
  }
  for (size_t n = 0; n < kernel_case_count(); n++) {
    char text[TEXT];
    kernel_case_describe(kernel_case_at(n), text, sizeof text);
    printf("%s\n", text);
  }
}

int main(int count, char **arguments) {
  const char *word = count > 1 ? arguments[1] : "check";
  if (strcmp(word, "check") == 0) return check_all();
  if (strcmp(word, "errors") == 0) return print_errors(count > 2 ? arguments[2] : NULL);
  if (strcmp(word, "time") == 0) return print_times(), 0;
  if (strcmp(word, "parts") == 0) return time_parts(), 0;
  if (strcmp(word, "list") == 0) return print_cases(), 0;
  fprintf(stderr, "usage: %s [check|errors [SET]|time|parts|list]\n", arguments[0]);
  return 64;
}
