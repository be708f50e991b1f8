// What right means: the layers of the network as plain loops, the specification of every kernel.
#ifndef R2_REFERENCE_H
#define R2_REFERENCE_H

/// Geometry of a three-dimensional convolution (torch.nn.Conv3d without bias or dilation).
typedef struct {
  int in_channels, out_channels;
  int kernel_t, kernel_y, kernel_x;
  int stride_t, stride_y, stride_x;
  int pad_t, pad_y, pad_x;
} r2_geometry;

/// out[o][t][y][x] = relu(bias[o] + Σ scale[o]·weight[o][i][kt][ky][kx]·in[i][…] + residual[o][t][y][x]),
/// sums in double. in: [in_channels][frames][height][width]; scale, bias and residual may be NULL; relu: 0
/// or 1.
void r2_reference_conv(const r2_geometry *g, const float *in, int frames, int height, int width,
                       const float *weight, const float *scale, const float *bias, const float *residual,
                       int relu, float *out);

/// out[c] = mean of in[c][count] (torch.nn.AdaptiveAvgPool3d(1)).
void r2_reference_pool(const float *in, int channels, int count, float *out);

/// out[o] = bias[o] + Σ weight[o][i]·in[i] (torch.nn.Linear).
void r2_reference_linear(const float *in, const float *weight, const float *bias, int rows, int columns,
                         float *out);

#endif
