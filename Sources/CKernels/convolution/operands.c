// What sets the types of operands apart: how many values share the four bytes of an element.
#include "method.h"

static const int values[R2_OPERAND_TYPES] = {[R2_F32] = 1, [R2_BF16] = 2};

int r2_values(r2_operand_type type) { return values[type]; }
