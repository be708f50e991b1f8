// Convolutions against the scalar reference: one list of cases that are checked, timed and listed, by the
// tests in Swift and by the program in `command`, for machines whose only way to run is an emulator.
#pragma once
#include <stddef.h>

#include "conv.h"

// What a case's input and weights are. All but the first drive sums to what 8-bit operands hold at most:
// inputs as large as can be, or at their two ends in turns, with weights that are all the largest or the
// smallest.
typedef enum { FILL_RANDOM, FILL_LARGEST, FILL_SMALLEST, FILL_TURNS } kernel_fill;

typedef struct {
  r2_algorithm algorithm;
  int in, out, kernel[3], stride[3], frames, height, width;
  // Outputs of a tile in both directions and in time; 0 where the algorithm has none.
  int tile, tile_t, by_channels, windows;
  kernel_fill fill;
} kernel_case;

// `number` below the count.
const kernel_case *kernel_case_at(size_t number);
size_t kernel_case_count(void);

// A line that says what it is.
void kernel_case_describe(const kernel_case *, char *text, size_t size);

// Multiply-adds of the convolution as it is defined.
double kernel_case_multiply_adds(const kernel_case *);

// The case as this type of operands can have it; 0 if its algorithm has none of that type. Tiles of more than
// 4 outputs lose more than the roundings of the smaller types can bear, and folded phases fill whole chunks.
int kernel_case_as(const kernel_case *, r2_operand_type, kernel_case *adapted);

typedef struct {
  r2_status status;
  // The largest error as a share of the largest value, and the rms error as a share of the outputs' rms.
  float error;
  double rms;
  // Whether nothing was written outside the buffers, and whether other numbers of threads give the same bits.
  int intact, same_with_threads;
} kernel_outcome;

// What rounding may cost a case, of the largest value.
float kernel_allowed_error(const kernel_case *, r2_operand_type, const r2_kernels *);

// Runs an adapted case. Every buffer lies between pages that must not be touched: it ends with the last byte
// before such a page if `at_end`, else it begins with the first byte behind one.
kernel_outcome kernel_case_check(const kernel_case *, r2_operand_type, const r2_kernels *, int at_end);

// Products in double.
typedef struct {
  int rows, depth, panels;
  // Whether a step of depth lies a row apart, and rows side by side: features of a block as the gradient
  // reads them.
  int by_columns;
} dense_case;

typedef struct {
  // The largest error as a share of the sum of the terms' sizes; 1 where something else was written to.
  double error;
  int intact;
} dense_outcome;

const dense_case *dense_case_at(size_t number);
size_t dense_case_count(void);
void dense_case_describe(const dense_case *, char *text, size_t size);
dense_outcome dense_case_check(const dense_case *, const r2_kernels *, int at_end);

// The median time of a run of an adapted case on one thread, in seconds.
double kernel_case_seconds(const kernel_case *, r2_operand_type, const r2_kernels *);
