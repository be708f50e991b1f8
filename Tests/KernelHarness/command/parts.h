#pragma once

// Prints a row for each part of a convolution and instruction set.
void time_parts(void);
