// What sets the types of operands apart.
#include "method.h"

static const struct {
  int values;  // in an element of four bytes
  int whole;   // blocks are padded to whole elements each: 8-bit values of a block share no element with
               // another's
  int scaled;  // integers: V and U have scales, inputs go through float32
} types[R2_OPERAND_TYPES] = {
    [R2_F32] = {.values = 1},
    [R2_BF16] = {.values = 2},
    [R2_INT8] = {.values = 4, .whole = 1, .scaled = 1},
};

int r2_values(r2_operand_type type) { return types[type].values; }

int r2_elements(r2_operand_type type, int channels) {
  if (types[type].whole) channels = r2_divide_up(channels, R2_BLOCK) * R2_BLOCK;
  return r2_divide_up(channels, types[type].values);
}

int r2_scaled(r2_operand_type type) { return types[type].scaled; }
