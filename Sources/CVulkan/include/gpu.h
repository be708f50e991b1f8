// GPUs through Vulkan, which is loaded when it is asked for: which there are, their memory, the shaders of
// the network, and submits of bounded work that are waited for with a limit.
//
// clang-format off
// Glossary:
//   library   Vulkan's loader or a driver, with an instance of it
//   device    a GPU that has been opened
//   stream    one worker's way to a device: what it records, submits and waits for
//   binding   a part of a buffer that a shader reads or writes
//   set       the bindings of one dispatch
// clang-format on
//
// A device may be used by several threads, a stream by one at a time. Every function that can fail says so by
// its status and fills `error`.
#ifndef R2_GPU_H
#define R2_GPU_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  R2_GPU_OK,
  R2_GPU_NO_DRIVER,  // no library, no driver behind it, or no device
  R2_GPU_UNUSABLE,   // the device lacks something
  R2_GPU_LIMIT,      // what was asked for is more than the device allows
  R2_GPU_OUT_OF_MEMORY,
  R2_GPU_LOST,     // the device stopped working, as it said itself
  R2_GPU_TIMEOUT,  // it did not answer in time
  R2_GPU_FAILED    // something else
} r2_gpu_status;

typedef struct {
  r2_gpu_status status;
  char text[256];
} r2_gpu_error;

typedef enum { R2_GPU_OTHER, R2_GPU_INTEGRATED, R2_GPU_DISCRETE, R2_GPU_VIRTUAL, R2_GPU_CPU } r2_gpu_type;

/// Rows and columns of a fragment of sums in float32, and its depth in float16.
typedef struct {
  uint32_t m, n, k;
} r2_gpu_matrix;

typedef struct {
  char name[256], driver[256], driver_version[256];
  uint8_t uuid[16];
  r2_gpu_type type;
  uint32_t vulkan_major, vulkan_minor;
  uint64_t memory;       // bytes of its largest heap of its own
  uint64_t free_memory;  // of that, what the driver says may still be taken; 0 where it does not say
  uint64_t binding_bytes, allocation_bytes;  // at most
  uint32_t groups;                           // of a dispatch along x or y, at most
  uint32_t lanes;                            // of a workgroup, at most
  uint32_t shared_bytes;                     // of a workgroup, at most
  int has_f16;                               // whether shaders read and write float16
  r2_gpu_matrix matrix;                      // cooperative matrices that it multiplies; zeros where none
  uint32_t subgroup_lanes, subgroups;        // that share one, and how many such a workgroup has at most
  char denied_matrices[64];                  // why those that it lists are not used; empty where they are
  char problem[160];                         // why it cannot be used; empty where it can
} r2_gpu_facts;

typedef struct r2_gpu_library r2_gpu_library;
typedef struct r2_gpu_device r2_gpu_device;
typedef struct r2_gpu_buffer r2_gpu_buffer;
typedef struct r2_gpu_stream r2_gpu_stream;

/// vkGetInstanceProcAddr.
typedef void (*(*r2_gpu_get_function)(void *instance, const char *name))(void);

// MARK: libraries and devices

/// Loads the library at `path` alone, or where that is NULL the system's loader, else a driver directly; NULL
/// where there is none. It stays for as long as the process: with an instance its drivers would be unloaded,
/// and not all survive that (Mesa's, with LLVM in it, leaves functions behind that the end of the process
/// calls).
r2_gpu_library *r2_gpu_library_load(const char *path, r2_gpu_error *error);
/// The same of a library that is loaded.
r2_gpu_library *r2_gpu_library_of(r2_gpu_get_function get, r2_gpu_error *error);

int r2_gpu_library_count(const r2_gpu_library *library);
const r2_gpu_facts *r2_gpu_library_facts(const r2_gpu_library *library, int number);

/// How convolutions are computed. Sums are float32.
typedef enum {
  R2_GPU_F32,
  R2_GPU_F16,        // weights and activations in float16
  R2_GPU_F16_MATRIX  // the same, on cooperative matrices
} r2_gpu_path;

typedef struct {
  r2_gpu_path path;
  /// Nanoseconds that a submit may take; 0 for 30 s.
  uint64_t timeout;
} r2_gpu_options;

r2_gpu_device *r2_gpu_open(const r2_gpu_library *library, int number, r2_gpu_options options,
                           r2_gpu_error *error);
void r2_gpu_close(r2_gpu_device *device);
/// The first thing that went wrong with it for good, after which nothing works any more; R2_GPU_OK so far.
r2_gpu_status r2_gpu_state(r2_gpu_device *device);

// MARK: memory

typedef enum {
  R2_GPU_PRIVATE,   // the device's own
  R2_GPU_WRITTEN,   // written by the host, read by shaders
  R2_GPU_READ_BACK  // written by shaders, read by the host
} r2_gpu_use;

r2_gpu_buffer *r2_gpu_buffer_create(r2_gpu_device *device, uint64_t bytes, r2_gpu_use use,
                                    r2_gpu_error *error);
void r2_gpu_buffer_destroy(r2_gpu_device *device, r2_gpu_buffer *buffer);
/// Where the host reads or writes it; NULL for the device's own.
void *r2_gpu_buffer_memory(const r2_gpu_buffer *buffer);

// MARK: work

typedef enum { R2_GPU_CONV, R2_GPU_FILL, R2_GPU_POOL, R2_GPU_LINEAR } r2_gpu_shader;
enum { R2_GPU_BINDINGS = 6, R2_GPU_PUSH_WORDS = 22 };

/// A shader, the pixels and output channels that a workgroup of a convolution makes, and those that a
/// subgroup makes of them on matrices; 0 for the others.
typedef struct {
  r2_gpu_shader shader;
  uint32_t rows, columns, part_rows, part_columns;
} r2_gpu_kernel;

typedef struct {
  const r2_gpu_buffer *buffer;  // or NULL: the shader does not look
  uint64_t offset, bytes;
} r2_gpu_binding;

/// For at most `sets` sets; submits hold at most `work` multiply-adds, if a dispatch does not hold more.
r2_gpu_stream *r2_gpu_stream_create(r2_gpu_device *device, int sets, double work, r2_gpu_error *error);
void r2_gpu_stream_destroy(r2_gpu_stream *stream);

/// The number of a new set, or −1.
int r2_gpu_bind(r2_gpu_stream *stream, const r2_gpu_binding bindings[R2_GPU_BINDINGS], r2_gpu_error *error);

/// Begins to record.
r2_gpu_status r2_gpu_begin(r2_gpu_stream *stream, r2_gpu_error *error);
/// What comes reads what went before.
void r2_gpu_barrier(r2_gpu_stream *stream);
r2_gpu_status r2_gpu_dispatch(r2_gpu_stream *stream, r2_gpu_kernel kernel, int set,
                              const uint32_t push[R2_GPU_PUSH_WORDS], uint32_t x, uint32_t y, double work,
                              r2_gpu_error *error);
void r2_gpu_copy(r2_gpu_stream *stream, const r2_gpu_buffer *from, uint64_t from_offset,
                 const r2_gpu_buffer *to, uint64_t to_offset, uint64_t bytes);
/// Submits what was recorded; the device does it behind what was submitted before, of whatever stream.
r2_gpu_status r2_gpu_submit(r2_gpu_stream *stream, r2_gpu_error *error);
/// Waits for what was submitted.
r2_gpu_status r2_gpu_wait(r2_gpu_stream *stream, r2_gpu_error *error);

// MARK: weights

/// Channels of a group, to whole ones of which all are padded.
int r2_gpu_channel_step(r2_gpu_path path);
/// The weights of a convolution as the shaders read them, [tap and input channel][output channel] with
/// channels padded to whole groups and the depth to whole slices: how many values that are.
size_t r2_gpu_weight_count(r2_gpu_path path, int in_channels, int out_channels, int taps);
/// Writes them from [out][in][tap], in float16 if the path is of it: then each channel's are multiplied by
/// the power of two that leaves them least rounding, and `factor[channel]` is divided by it. Returns 0 where
/// a value is not finite.
int r2_gpu_pack(r2_gpu_path path, const float *weights, int in_channels, int out_channels, int taps,
                float *factor, void *packed);
/// Float32 values of `count` float16 ones.
void r2_gpu_widen(const uint16_t *halves, size_t count, float *values);

// MARK: what is built in

/// The SHA-256s of the shaders and their sources, as `sha256sum` writes them, and its length.
const char *r2_gpu_manifest(size_t *length);

#endif
