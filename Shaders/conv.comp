// A three-dimensional convolution as a product of matrices that are never built: a row is an output pixel of
// some window, a column an output channel, and the depth runs over taps and input channels. What follows it
// (factor and addend of each channel, residual, ReLU) is done where the sums are.
//
// Activations lie [window][t][y][x][C/4] in groups of four channels, padded with zeros; weights
// [tap and C][C_out/4]. Each output is one chain of sums in the order of the depth, whatever the tiles and
// however many windows there are.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ROWS = 64;     // pixels of a workgroup
layout(constant_id = 2) const uint COLUMNS = 64;  // output channels of a workgroup

layout(set = 0, binding = 0) readonly buffer Input { STORED values[]; } from;
layout(set = 0, binding = 1) readonly buffer Weights { STORED weights[]; };
layout(set = 0, binding = 2) readonly buffer Finish { vec4 finish[]; };  // [C_out/4] addends, then factors
layout(set = 0, binding = 3) readonly buffer Residual { STORED residual[]; };
layout(set = 0, binding = 4) writeonly buffer Output { STORED values[]; } to;
layout(set = 0, binding = 5) buffer Flags { uint overflow[]; };  // of each window

layout(push_constant) uniform Push {
  uint pixels;   // of all windows
  uint first;    // the first workgroup's number: a large convolution is several dispatches
  uint T, Y, X;  // of the input
  uint outT, outY, outX;
  uint groups, outGroups;  // of four channels, of the input and of the output
  uint kernelT, kernelY, kernelX;
  uint strideT, strideY, strideX;
  uint padT, padY, padX;
  uint relu, adds;
} p;

const uint DEPTH = 16;  // of a slice: 4 groups
const uint SLICE = DEPTH / 4;
const uint ROW_STEP = 4, COLUMN_STEP = 4;  // outputs of an invocation
const uint LANES = (ROWS / ROW_STEP) * (COLUMNS / COLUMN_STEP);
const uint ROW_LOADS = (ROWS * SLICE + LANES - 1) / LANES;
const uint WEIGHT_LOADS = (DEPTH * COLUMNS / 4 + LANES - 1) / LANES;
const uint PITCH = ROWS + 4;  // of a row of the transposed tile, so that its rows fall on different banks

shared float rowTile[DEPTH * PITCH];             // [depth][pixel]
shared vec4 weightTile[DEPTH * COLUMNS / 4];     // [depth][output channel]

// The tap and the group of channels that an invocation loads next.
uint group;
ivec3 tap;  // x, y, t

void wrap() {
  while (group >= p.groups) {
    group -= p.groups;
    tap.x++;
    if (tap.x == int(p.kernelX)) {
      tap.x = 0;
      tap.y++;
      if (tap.y == int(p.kernelY)) {
        tap.y = 0;
        tap.z++;
      }
    }
  }
}

void main() {
  const uint lane = gl_LocalInvocationIndex;
  const uint firstPixel = (p.first + gl_WorkGroupID.x) * ROWS;
  const uint firstColumn = gl_WorkGroupID.y * (COLUMNS / 4);  // in groups of four

  // Where the pixels that this invocation loads begin in the input.
  ivec3 corner[ROW_LOADS];
  uint frame[ROW_LOADS];
  for (uint load = 0; load < ROW_LOADS; load++) {
    uint at = lane + load * LANES;
    uint pixel = firstPixel + at / SLICE;
    bool inside = pixel < p.pixels && at < ROWS * SLICE;
    uint x = pixel % p.outX, rest = pixel / p.outX;
    uint y = rest % p.outY;
    rest /= p.outY;
    uint t = rest % p.outT;
    frame[load] = rest / p.outT * p.T;
    corner[load] = ivec3(int(x * p.strideX) - int(p.padX), int(y * p.strideY) - int(p.padY),
                         inside ? int(t * p.strideT) - int(p.padT) : -65536);
  }

  float sum[ROW_STEP][COLUMN_STEP];
  for (uint m = 0; m < ROW_STEP; m++)
    for (uint n = 0; n < COLUMN_STEP; n++) sum[m][n] = 0;
  const uint row = lane / (COLUMNS / COLUMN_STEP) * ROW_STEP;
  const uint column = lane % (COLUMNS / COLUMN_STEP);  // in groups of four

  group = lane % SLICE;  // LANES is a multiple of SLICE: one group for all loads of an invocation
  tap = ivec3(0);
  wrap();
  const uint depthGroups = p.kernelT * p.kernelY * p.kernelX * p.groups;
  for (uint slice = 0; slice < depthGroups; slice += SLICE) {
    for (uint load = 0; load < ROW_LOADS; load++) {
      uint at = lane + load * LANES;
      ivec3 place = corner[load] + tap;
      vec4 value = vec4(0);
      // A place before the first one is a large number once it is unsigned.
      if (uint(place.z) < p.T && uint(place.y) < p.Y && uint(place.x) < p.X && tap.z < int(p.kernelT))
        value = vec4(from.values[(((frame[load] + uint(place.z)) * p.Y + uint(place.y)) * p.X + uint(place.x)) *
                                     p.groups + group]);
      if (at < ROWS * SLICE) {
        uint cell = at % SLICE * 4 * PITCH + at / SLICE;
        rowTile[cell] = value.x;
        rowTile[cell + PITCH] = value.y;
        rowTile[cell + 2 * PITCH] = value.z;
        rowTile[cell + 3 * PITCH] = value.w;
      }
    }
    for (uint load = 0; load < WEIGHT_LOADS; load++) {
      uint at = lane + load * LANES;
      if (at < DEPTH * COLUMNS / 4) {
        uint output4 = firstColumn + at % (COLUMNS / 4);
        uint depth = slice * 4 + at / (COLUMNS / 4);  // the weights are padded to whole slices
        weightTile[at] = output4 < p.outGroups ? vec4(weights[depth * p.outGroups + output4]) : vec4(0);
      }
    }
    group += SLICE;
    wrap();
    barrier();
    for (uint k = 0; k < DEPTH; k++) {
      vec4 w = weightTile[k * (COLUMNS / 4) + column];
      for (uint m = 0; m < ROW_STEP; m++) {
        float value = rowTile[k * PITCH + row + m];
        sum[m][0] = fma(value, w.x, sum[m][0]);
        sum[m][1] = fma(value, w.y, sum[m][1]);
        sum[m][2] = fma(value, w.z, sum[m][2]);
        sum[m][3] = fma(value, w.w, sum[m][3]);
      }
    }
    barrier();
  }

  const uint output4 = firstColumn + column;
  if (output4 >= p.outGroups) return;
  for (uint m = 0; m < ROW_STEP; m++) {
    uint pixel = firstPixel + row + m;
    if (pixel >= p.pixels) break;
    uint at = pixel * p.outGroups + output4;
    vec4 value = fma(vec4(sum[m][0], sum[m][1], sum[m][2], sum[m][3]), finish[p.outGroups + output4],
                     finish[output4]);
    if (p.adds != 0) value += vec4(residual[at]);
    // Not max(), which may lose what is not a number.
    if (p.relu != 0) value = mix(value, vec4(0), lessThan(value, vec4(0)));
#ifdef HALF
    // True for what is not a number, too.
    if (!all(lessThanEqual(abs(value), vec4(65504)))) overflow[pixel / (p.outT * p.outY * p.outX)] = 1;
    value = clamp(value, vec4(-65504), vec4(65504));
#endif
    to.values[at] = STORED(value);
  }
}
