// One worker's way to a device: command buffers of bounded work, each with a fence.
#include <stdlib.h>

#include "internal.h"

/// A piece of what is recorded, submitted while the next one is.
typedef struct {
  VkCommandBuffer commands;
  VkFence fence;
  int is_pending;
} r2_piece;

struct r2_gpu_stream {
  r2_gpu_device *device;
  VkDescriptorPool sets_pool;
  VkDescriptorSet *sets;
  int set_count, most_sets;
  r2_gpu_buffer *nothing;  // what shaders that do not look are given
  VkCommandPool commands_pool;
  r2_piece *pieces;
  int piece_count, piece;  // those there are, and the one that is recorded
  double most_work, work;  // of a piece
};

/// Waits for all that was submitted, whatever becomes of it; the first failure counts.
static r2_gpu_status wait_for_all(r2_gpu_stream *stream, r2_gpu_error *error);

// MARK: making

static r2_gpu_status prepare(r2_gpu_stream *stream, r2_gpu_error *error) {
  r2_gpu_device *device = stream->device;
  uint32_t sets = (uint32_t)stream->most_sets;
  VkDescriptorPoolSize size = {.type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                               .descriptorCount = sets * R2_GPU_BINDINGS};
  VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                     .maxSets = sets,
                                     .poolSizeCount = 1,
                                     .pPoolSizes = &size};
  VkResult result = device->call.vkCreateDescriptorPool(device->handle, &pool, NULL, &stream->sets_pool);
  if (result) return r2_gpu_fail_call(device, error, "vkCreateDescriptorPool", result);
  VkCommandPoolCreateInfo commands = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                      .queueFamilyIndex = device->physical->family};
  result = device->call.vkCreateCommandPool(device->handle, &commands, NULL, &stream->commands_pool);
  if (result) return r2_gpu_fail_call(device, error, "vkCreateCommandPool", result);
  stream->nothing = r2_gpu_buffer_create(device, 256, R2_GPU_PRIVATE, error);
  return stream->nothing ? R2_GPU_OK : error->status;
}

r2_gpu_stream *r2_gpu_stream_create(r2_gpu_device *device, int sets, double work, r2_gpu_error *error) {
  r2_gpu_stream *stream = calloc(1, sizeof *stream);
  VkDescriptorSet *handles = calloc((size_t)sets, sizeof *handles);
  if (!stream || !handles) {
    free(stream);
    free(handles);
    r2_gpu_fail(error, R2_GPU_OUT_OF_MEMORY, "not enough memory");
    return NULL;
  }
  stream->device = device;
  stream->sets = handles;
  stream->most_sets = sets;
  stream->most_work = work;
  if (prepare(stream, error) == R2_GPU_OK) return stream;
  r2_gpu_stream_destroy(stream);
  return NULL;
}

void r2_gpu_stream_destroy(r2_gpu_stream *stream) {
  r2_gpu_device *device = stream->device;
  r2_gpu_error ignored;
  wait_for_all(stream, &ignored);  // nothing that still runs may lose its memory
  if (r2_gpu_state(device) != R2_GPU_TIMEOUT) {
    for (int i = 0; i < stream->piece_count; i++)
      device->call.vkDestroyFence(device->handle, stream->pieces[i].fence, NULL);
    if (stream->commands_pool) device->call.vkDestroyCommandPool(device->handle, stream->commands_pool, NULL);
    if (stream->sets_pool) device->call.vkDestroyDescriptorPool(device->handle, stream->sets_pool, NULL);
    if (stream->nothing) r2_gpu_buffer_destroy(device, stream->nothing);
  }
  free(stream->pieces);
  free(stream->sets);
  free(stream);
}

int r2_gpu_bind(r2_gpu_stream *stream, const r2_gpu_binding bindings[R2_GPU_BINDINGS], r2_gpu_error *error) {
  r2_gpu_device *device = stream->device;
  uint64_t most = device->physical->facts.binding_bytes;
  if (stream->set_count == stream->most_sets) {
    r2_gpu_fail(error, R2_GPU_FAILED, "too many sets");
    return -1;
  }
  VkDescriptorBufferInfo buffers[R2_GPU_BINDINGS];
  for (int i = 0; i < R2_GPU_BINDINGS; i++) {
    r2_gpu_binding binding = bindings[i].buffer ? bindings[i] : (r2_gpu_binding){stream->nothing, 0, 256};
    if (binding.bytes > most) {
      r2_gpu_fail(error, R2_GPU_LIMIT, "%llu bytes at once are needed, the GPU allows %llu",
                  (unsigned long long)binding.bytes, (unsigned long long)most);
      return -1;
    }
    buffers[i] = (VkDescriptorBufferInfo){binding.buffer->handle, binding.offset, binding.bytes};
  }
  VkDescriptorSetAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                      .descriptorPool = stream->sets_pool,
                                      .descriptorSetCount = 1,
                                      .pSetLayouts = &device->set_layout};
  VkDescriptorSet *set = &stream->sets[stream->set_count];
  VkResult result = device->call.vkAllocateDescriptorSets(device->handle, &info, set);
  if (result) {
    r2_gpu_fail_call(device, error, "vkAllocateDescriptorSets", result);
    return -1;
  }
  VkWriteDescriptorSet writes[R2_GPU_BINDINGS];
  for (uint32_t i = 0; i < R2_GPU_BINDINGS; i++)
    writes[i] = (VkWriteDescriptorSet){.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                       .dstSet = *set,
                                       .dstBinding = i,
                                       .descriptorCount = 1,
                                       .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                       .pBufferInfo = &buffers[i]};
  device->call.vkUpdateDescriptorSets(device->handle, R2_GPU_BINDINGS, writes, 0, NULL);
  return stream->set_count++;
}

// MARK: recording

static r2_gpu_status add_piece(r2_gpu_stream *stream, r2_gpu_error *error) {
  r2_gpu_device *device = stream->device;
  r2_piece *pieces = realloc(stream->pieces, ((size_t)stream->piece_count + 1) * sizeof *pieces);
  if (!pieces) return r2_gpu_fail(error, R2_GPU_OUT_OF_MEMORY, "not enough memory");
  stream->pieces = pieces;
  r2_piece piece = {0};
  VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                      .commandPool = stream->commands_pool,
                                      .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                      .commandBufferCount = 1};
  VkResult result = device->call.vkAllocateCommandBuffers(device->handle, &info, &piece.commands);
  if (result) return r2_gpu_fail_call(device, error, "vkAllocateCommandBuffers", result);
  VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  result = device->call.vkCreateFence(device->handle, &fence, NULL, &piece.fence);
  if (result) return r2_gpu_fail_call(device, error, "vkCreateFence", result);
  stream->pieces[stream->piece_count++] = piece;
  return R2_GPU_OK;
}

static r2_gpu_status begin_piece(r2_gpu_stream *stream, r2_gpu_error *error) {
  r2_gpu_status status = R2_GPU_OK;
  if (stream->piece == stream->piece_count) status = add_piece(stream, error);
  if (status) return status;
  VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                   .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
  VkResult result = stream->device->call.vkBeginCommandBuffer(stream->pieces[stream->piece].commands, &info);
  stream->work = 0;
  return result ? r2_gpu_fail_call(stream->device, error, "vkBeginCommandBuffer", result) : R2_GPU_OK;
}

static void barrier(r2_gpu_stream *stream, VkFlags after, VkFlags before, VkFlags reads) {
  VkMemoryBarrier memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                            .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                            .dstAccessMask = reads};
  stream->device->call.vkCmdPipelineBarrier(stream->pieces[stream->piece].commands, after, before, 0, 1,
                                            &memory, 0, NULL, 0, NULL);
}

enum { WORK_STAGES = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT };

void r2_gpu_barrier(r2_gpu_stream *stream) {
  barrier(stream, WORK_STAGES, WORK_STAGES,
          VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT |
              VK_ACCESS_TRANSFER_WRITE_BIT);
}

/// Submits the piece that is recorded.
static r2_gpu_status submit(r2_gpu_stream *stream, r2_gpu_error *error) {
  r2_gpu_device *device = stream->device;
  r2_piece *piece = &stream->pieces[stream->piece];
  VkResult result = device->call.vkEndCommandBuffer(piece->commands);
  if (result) return r2_gpu_fail_call(device, error, "vkEndCommandBuffer", result);
  VkSubmitInfo info = {
      .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &piece->commands};
  pthread_mutex_lock(&device->lock);
  result = device->call.vkQueueSubmit(device->queue, 1, &info, piece->fence);
  pthread_mutex_unlock(&device->lock);
  if (result) return r2_gpu_fail_call(device, error, "vkQueueSubmit", result);
  piece->is_pending = 1;
  stream->piece++;
  return R2_GPU_OK;
}

static r2_gpu_status wait_for_all(r2_gpu_stream *stream, r2_gpu_error *error) {
  r2_gpu_device *device = stream->device;
  r2_gpu_status status = R2_GPU_OK;
  for (int i = 0; i < stream->piece_count; i++) {
    r2_piece *piece = &stream->pieces[i];
    if (!piece->is_pending) continue;
    VkResult result =
        status ? VK_SUCCESS
               : device->call.vkWaitForFences(device->handle, 1, &piece->fence, VK_TRUE, device->timeout);
    if (result) status = r2_gpu_fail_call(device, error, "vkWaitForFences", result);
    piece->is_pending = 0;
    if (!status) result = device->call.vkResetFences(device->handle, 1, &piece->fence);
    if (!status && result) status = r2_gpu_fail_call(device, error, "vkResetFences", result);
  }
  return status;
}

r2_gpu_status r2_gpu_begin(r2_gpu_stream *stream, r2_gpu_error *error) {
  r2_gpu_device *device = stream->device;
  r2_gpu_status state = r2_gpu_state(device);
  if (state) return r2_gpu_fail(error, state, "the GPU stopped working");
  // Of work that was broken off.
  r2_gpu_status status = wait_for_all(stream, error);
  if (status) return status;
  VkResult result = device->call.vkResetCommandPool(device->handle, stream->commands_pool, 0);
  if (result) return r2_gpu_fail_call(device, error, "vkResetCommandPool", result);
  stream->piece = 0;
  status = begin_piece(stream, error);
  if (status == R2_GPU_OK) r2_gpu_barrier(stream);  // reaches back into what other streams have submitted
  return status;
}

r2_gpu_status r2_gpu_dispatch(r2_gpu_stream *stream, r2_gpu_kernel kernel, int set,
                              const uint32_t push[R2_GPU_PUSH_WORDS], uint32_t x, uint32_t y, double work,
                              r2_gpu_error *error) {
  r2_gpu_device *device = stream->device;
  if (stream->work > 0 && stream->work + work > stream->most_work) {
    r2_gpu_status status = submit(stream, error);
    if (!status) status = begin_piece(stream, error);
    if (status) return status;
    r2_gpu_barrier(stream);  // reaches back into what was submitted
  }
  stream->work += work;
  VkPipeline pipeline = r2_gpu_pipeline(device, kernel, error);
  if (!pipeline) return error->status;
  VkCommandBuffer commands = stream->pieces[stream->piece].commands;
  device->call.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  device->call.vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, device->layout, 0, 1,
                                       &stream->sets[set], 0, NULL);
  device->call.vkCmdPushConstants(commands, device->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                                  4 * R2_GPU_PUSH_WORDS, push);
  device->call.vkCmdDispatch(commands, x, y, 1);
  return R2_GPU_OK;
}

void r2_gpu_copy(r2_gpu_stream *stream, const r2_gpu_buffer *from, uint64_t from_offset,
                 const r2_gpu_buffer *to, uint64_t to_offset, uint64_t bytes) {
  VkBufferCopy region = {from_offset, to_offset, bytes};
  stream->device->call.vkCmdCopyBuffer(stream->pieces[stream->piece].commands, from->handle, to->handle, 1,
                                       &region);
}

r2_gpu_status r2_gpu_submit(r2_gpu_stream *stream, r2_gpu_error *error) {
  barrier(stream, WORK_STAGES, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  return submit(stream, error);
}

r2_gpu_status r2_gpu_wait(r2_gpu_stream *stream, r2_gpu_error *error) { return wait_for_all(stream, error); }
