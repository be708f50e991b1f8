// The convolution of conv.comp on cooperative matrices: operands and activations in float16, sums in float32. A
// subgroup makes PART_ROWS × PART_COLUMNS outputs of its workgroup's tile in fragments of what the device offers.
//
// Activations lie [window][t][y][x][C/8] in groups of eight channels, padded with zeros; weights
// [tap and C][C_out/8]. Each output is one chain of products in the order of the depth, whatever the tiles and
// however many windows there are.
#version 450
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_control_flow_attributes : require

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ROWS = 64;          // pixels of a workgroup
layout(constant_id = 2) const uint COLUMNS = 64;       // output channels of a workgroup
layout(constant_id = 3) const uint PART_ROWS = 32;     // of a subgroup
layout(constant_id = 4) const uint PART_COLUMNS = 32;
layout(constant_id = 5) const uint M = 16;             // of a fragment
layout(constant_id = 6) const uint N = 16;
layout(constant_id = 7) const uint K = 16;

layout(set = 0, binding = 0) readonly buffer Input { uvec4 input8[]; };      // eight halves
layout(set = 0, binding = 1) readonly buffer Weights { uvec4 weights8[]; };
layout(set = 0, binding = 2) readonly buffer Finish { vec4 finish[]; };  // [C_out/4] addends, then factors
layout(set = 0, binding = 3) readonly buffer Residual { f16vec4 residual[]; };
layout(set = 0, binding = 4) writeonly buffer Output { f16vec4 values[]; } to;
layout(set = 0, binding = 5) buffer Flags { uint overflow[]; };  // of each window

layout(push_constant) uniform Push {
  uint pixels;   // of all windows
  uint first;    // the first workgroup's number: a large convolution is several dispatches
  uint T, Y, X;  // of the input
  uint outT, outY, outX;
  uint groups, outGroups;  // of four channels, of the input and of the output: even numbers
  uint kernelT, kernelY, kernelX;
  uint strideT, strideY, strideX;
  uint padT, padY, padX;
  uint relu, adds;
} p;

const uint DEPTH = 32;  // of a slice: 4 groups of eight
const uint SLICE = DEPTH / 8;
const uint COLUMNS8 = COLUMNS / 8;
const uint LANES = gl_WorkGroupSize.x;
const uint ROW_LOADS = (ROWS * SLICE + LANES - 1) / LANES;
const uint WEIGHT_LOADS = (DEPTH * COLUMNS8 + LANES - 1) / LANES;
// Of rows of the tiles, in groups of eight: one more, so that neighbours fall on different banks.
const uint ROW_PITCH = SLICE + 1, WEIGHT_PITCH = COLUMNS8 + 1;
const uint PARTS = (ROWS / PART_ROWS) * (COLUMNS / PART_COLUMNS);
const uint DOWN = PART_ROWS / M, ACROSS = PART_COLUMNS / N;  // fragments of a subgroup

shared uvec4 rowTile[ROWS * ROW_PITCH];          // [pixel][depth]
shared uvec4 weightTile[DEPTH * WEIGHT_PITCH];   // [depth][output channel]
shared vec4 sums[PARTS * M * N / 4];             // of a fragment of each subgroup

// The tap and the group of channels that an invocation loads next.
uint group;
ivec3 tap;  // x, y, t

void wrap(uint groups) {
  while (group >= groups) {
    group -= groups;
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

// Where the pixels that an invocation loads begin in the input, and what it has loaded.
ivec3 corner[ROW_LOADS];
uint frame[ROW_LOADS];
uvec4 rowValues[ROW_LOADS], weightValues[WEIGHT_LOADS];

/// Loads what an invocation stores of a slice.
void fetch(uint slice, uint groups, uint outGroups) {
  [[unroll]] for (uint load = 0; load < ROW_LOADS; load++) {
    ivec3 place = corner[load] + tap;
    rowValues[load] = uvec4(0);
    // A place before the first one is a large number once it is unsigned.
    if (uint(place.z) < p.T && uint(place.y) < p.Y && uint(place.x) < p.X && tap.z < int(p.kernelT))
      rowValues[load] =
          input8[(((frame[load] + uint(place.z)) * p.Y + uint(place.y)) * p.X + uint(place.x)) * groups + group];
  }
  [[unroll]] for (uint load = 0; load < WEIGHT_LOADS; load++) {
    uint at = gl_LocalInvocationIndex + load * LANES;
    uint output8 = gl_WorkGroupID.y * COLUMNS8 + at % COLUMNS8;
    uint depth = slice * 8 + at / COLUMNS8;  // the weights are padded to whole slices
    weightValues[load] = uvec4(0);
    if (at < DEPTH * COLUMNS8 && output8 < outGroups) weightValues[load] = weights8[depth * outGroups + output8];
  }
  group += SLICE;
  wrap(groups);
}

void main() {
  const uint lane = gl_LocalInvocationIndex;
  const uint groups = p.groups / 2, outGroups = p.outGroups / 2;  // of eight
  const uint firstPixel = (p.first + gl_WorkGroupID.x) * ROWS;
  const uint firstColumn = gl_WorkGroupID.y * COLUMNS8;
  [[unroll]] for (uint load = 0; load < ROW_LOADS; load++) {
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

  coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> sum[DOWN * ACROSS];
  [[unroll]] for (uint i = 0; i < DOWN * ACROSS; i++)
    sum[i] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>(0.0);
  const uint row = gl_SubgroupID / (COLUMNS / PART_COLUMNS) * PART_ROWS;
  const uint column = gl_SubgroupID % (COLUMNS / PART_COLUMNS) * PART_COLUMNS;

  group = lane % SLICE;  // LANES is a multiple of SLICE: one group for all loads of an invocation
  tap = ivec3(0);
  wrap(groups);
  const uint depthGroups = p.kernelT * p.kernelY * p.kernelX * groups;
  fetch(0, groups, outGroups);
  for (uint slice = 0; slice < depthGroups; slice += SLICE) {
    barrier();  // until the products of the slice before are done
    [[unroll]] for (uint load = 0; load < ROW_LOADS; load++) {
      uint at = lane + load * LANES;
      if (at < ROWS * SLICE) rowTile[at / SLICE * ROW_PITCH + at % SLICE] = rowValues[load];
    }
    [[unroll]] for (uint load = 0; load < WEIGHT_LOADS; load++) {
      uint at = lane + load * LANES;
      if (at < DEPTH * COLUMNS8) weightTile[at / COLUMNS8 * WEIGHT_PITCH + at % COLUMNS8] = weightValues[load];
    }
    barrier();
    // While the products are made, memory answers for the next slice.
    if (slice + SLICE < depthGroups) fetch(slice + SLICE, groups, outGroups);
    [[unroll]] for (uint k = 0; k < DEPTH; k += K) {
      coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> a[DOWN];
      [[unroll]] for (uint m = 0; m < DOWN; m++)
        coopMatLoad(a[m], rowTile, (row + m * M) * ROW_PITCH + k / 8, ROW_PITCH, gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (uint n = 0; n < ACROSS; n++) {
        coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> b;
        coopMatLoad(b, weightTile, k * WEIGHT_PITCH + (column + n * N) / 8, WEIGHT_PITCH,
                    gl_CooperativeMatrixLayoutRowMajor);
        [[unroll]] for (uint m = 0; m < DOWN; m++)
          sum[m * ACROSS + n] = coopMatMulAdd(a[m], b, sum[m * ACROSS + n]);
      }
    }
  }

  const uint own = gl_SubgroupID * (M * N / 4);
  [[unroll]] for (uint m = 0; m < DOWN; m++)
    [[unroll]] for (uint n = 0; n < ACROSS; n++) {
      coopMatStore(sum[m * ACROSS + n], sums, own, N / 4, gl_CooperativeMatrixLayoutRowMajor);
      controlBarrier(gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared, gl_SemanticsAcquireRelease);
      for (uint e = gl_SubgroupInvocationID; e < M * N / 4; e += gl_SubgroupSize) {
        uint pixel = firstPixel + row + m * M + e / (N / 4);
        uint output4 = firstColumn * 2 + (column + n * N) / 4 + e % (N / 4);
        if (pixel >= p.pixels || output4 >= p.outGroups) continue;
        uint at = pixel * p.outGroups + output4;
        vec4 value = fma(sums[own + e], finish[p.outGroups + output4], finish[output4]);
        if (p.adds != 0) value += vec4(residual[at]);
        // Not max(), which may lose what is not a number.
        if (p.relu != 0) value = mix(value, vec4(0), lessThan(value, vec4(0)));
        // True for what is not a number, too.
        if (!all(lessThanEqual(abs(value), vec4(65504)))) overflow[pixel / (p.outT * p.outY * p.outX)] = 1;
        to.values[at] = f16vec4(clamp(value, vec4(-65504), vec4(65504)));
      }
      controlBarrier(gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared, gl_SemanticsAcquireRelease);
    }
}
