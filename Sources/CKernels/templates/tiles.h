// Walking through the tiles of a rectangle in their order: row of tiles, frame, column of tiles.
#ifndef R2_TILES_H
#define R2_TILES_H

#include "../include/kernels.h"

typedef struct {
  int row, frame, column;
} r2_tile;

static inline __attribute__((always_inline)) r2_tile r2_tile_at(const r2_tiles *tiles, int frames,
                                                                int number) {
  int per_row = frames * tiles->columns;
  return (r2_tile){number / per_row, number % per_row / tiles->columns, number % tiles->columns};
}

static inline __attribute__((always_inline)) void r2_tile_next(const r2_tiles *tiles, int frames,
                                                               r2_tile *tile) {
  if (++tile->column < tiles->columns) return;
  tile->column = 0;
  if (++tile->frame < frames) return;
  tile->frame = 0;
  tile->row++;
}

#endif
