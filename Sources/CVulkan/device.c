// An opened device: its memory and its pipelines.
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "shaders.h"

// MARK: failures

static const char *meaning(VkResult result) {
  switch (result) {
    case VK_TIMEOUT: return "it did not answer in time";
    case VK_ERROR_OUT_OF_HOST_MEMORY: return "not enough memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY: return "not enough memory of the GPU's";
    case VK_ERROR_DEVICE_LOST: return "the GPU stopped working";
    default: return "refused";
  }
}

r2_gpu_status r2_gpu_state(r2_gpu_device *device) {
  pthread_mutex_lock(&device->lock);
  r2_gpu_status state = device->state;
  pthread_mutex_unlock(&device->lock);
  return state;
}

void r2_gpu_set_state(r2_gpu_device *device, r2_gpu_status state) {
  pthread_mutex_lock(&device->lock);
  if (device->state == R2_GPU_OK) device->state = state;
  pthread_mutex_unlock(&device->lock);
}

r2_gpu_status r2_gpu_fail_call(r2_gpu_device *device, r2_gpu_error *error, const char *function,
                               VkResult result) {
  r2_gpu_status status = R2_GPU_FAILED;
  if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY)
    status = R2_GPU_OUT_OF_MEMORY;
  if (result == VK_ERROR_DEVICE_LOST) status = R2_GPU_LOST;
  if (result == VK_TIMEOUT) status = R2_GPU_TIMEOUT;
  if (status == R2_GPU_LOST || status == R2_GPU_TIMEOUT) r2_gpu_set_state(device, status);
  return r2_gpu_fail(error, status, "%s (%s: VkResult %d)", meaning(result), function, result);
}

// MARK: opening

static int load_functions(r2_gpu_device *device, const r2_gpu_library *library, r2_gpu_error *error) {
#define R2_LOAD(name, result, arguments)                                                      \
  if (!(device->call.name =                                                                   \
            (result(*) arguments)library->call.vkGetDeviceProcAddr(device->handle, #name))) { \
    r2_gpu_fail(error, R2_GPU_UNUSABLE, "its driver lacks " #name);                           \
    return 0;                                                                                 \
  }
  R2_DEVICE_FUNCTIONS(R2_LOAD)
#undef R2_LOAD
  return 1;
}

static VkResult create_device(r2_gpu_device *device, const r2_gpu_library *library) {
  VkPhysicalDevice16BitStorageFeatures halves = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, .storageBuffer16BitAccess = VK_TRUE};
  float priority = 1;
  VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                   .queueFamilyIndex = device->physical->family,
                                   .queueCount = 1,
                                   .pQueuePriorities = &priority};
  VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                             .pNext = device->path == R2_GPU_F32 ? NULL : &halves,
                             .queueCreateInfoCount = 1,
                             .pQueueCreateInfos = &queue};
  r2_matrix_features matrices;
  if (device->path == R2_GPU_F16_MATRIX) r2_gpu_ask_for_matrices(&matrices, &info);
  return library->call.vkCreateDevice(device->physical->handle, &info, NULL, &device->handle);
}

/// One layout for all shaders: storage buffers and push constants.
static r2_gpu_status create_layouts(r2_gpu_device *device, r2_gpu_error *error) {
  VkDescriptorSetLayoutBinding bindings[R2_GPU_BINDINGS];
  for (uint32_t i = 0; i < R2_GPU_BINDINGS; i++)
    bindings[i] = (VkDescriptorSetLayoutBinding){.binding = i,
                                                 .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                                 .descriptorCount = 1,
                                                 .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
  VkDescriptorSetLayoutCreateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                         .bindingCount = R2_GPU_BINDINGS,
                                         .pBindings = bindings};
  VkResult result = device->call.vkCreateDescriptorSetLayout(device->handle, &set, NULL, &device->set_layout);
  if (result) return r2_gpu_fail_call(device, error, "vkCreateDescriptorSetLayout", result);
  VkPushConstantRange push = {.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .size = 4 * R2_GPU_PUSH_WORDS};
  VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                       .setLayoutCount = 1,
                                       .pSetLayouts = &device->set_layout,
                                       .pushConstantRangeCount = 1,
                                       .pPushConstantRanges = &push};
  result = device->call.vkCreatePipelineLayout(device->handle, &layout, NULL, &device->layout);
  return result ? r2_gpu_fail_call(device, error, "vkCreatePipelineLayout", result) : R2_GPU_OK;
}

r2_gpu_device *r2_gpu_open(const r2_gpu_library *library, int number, r2_gpu_options options,
                           r2_gpu_error *error) {
  const r2_physical *physical = &library->devices[number];
  if (physical->facts.problem[0]) {
    r2_gpu_fail(error, R2_GPU_UNUSABLE, "%s", physical->facts.problem);
    return NULL;
  }
  if (options.path != R2_GPU_F32 && !physical->facts.has_f16) {
    r2_gpu_fail(error, R2_GPU_UNUSABLE, "its shaders cannot read and write float16");
    return NULL;
  }
  if (options.path == R2_GPU_F16_MATRIX && physical->facts.matrix.m == 0) {
    r2_gpu_fail(error, R2_GPU_UNUSABLE, "it multiplies no matrices of float16 that are summed in float32");
    return NULL;
  }
  r2_gpu_device *device = calloc(1, sizeof *device);
  if (!device || pthread_mutex_init(&device->lock, NULL)) {
    free(device);
    r2_gpu_fail(error, R2_GPU_OUT_OF_MEMORY, "not enough memory");
    return NULL;
  }
  device->physical = physical;
  device->path = options.path;
  device->timeout = options.timeout ? options.timeout : 30ULL * 1000 * 1000 * 1000;
  VkResult result = create_device(device, library);
  if (result) {
    device->handle = NULL;
    r2_gpu_fail_call(device, error, "vkCreateDevice", result);
  } else if (load_functions(device, library, error)) {
    device->call.vkGetDeviceQueue(device->handle, physical->family, 0, &device->queue);
    if (create_layouts(device, error) == R2_GPU_OK) return device;
  }
  r2_gpu_close(device);
  return NULL;
}

void r2_gpu_close(r2_gpu_device *device) {
  // One that does not answer would not answer to this either: what it holds goes with the process.
  if (device->handle && device->call.vkDestroyDevice && device->state != R2_GPU_TIMEOUT) {
    for (int i = 0; i < device->pipeline_count; i++)
      device->call.vkDestroyPipeline(device->handle, device->pipelines[i], NULL);
    if (device->layout) device->call.vkDestroyPipelineLayout(device->handle, device->layout, NULL);
    if (device->set_layout)
      device->call.vkDestroyDescriptorSetLayout(device->handle, device->set_layout, NULL);
    device->call.vkDestroyDevice(device->handle, NULL);
  }
  pthread_mutex_destroy(&device->lock);
  free(device);
}

// MARK: memory

/// Kinds of memory, best first, by what they have; 0 ends the list.
static const VkFlags *preferences(r2_gpu_use use) {
  enum {
    LOCAL = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
    SEEN = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
    CACHED = VK_MEMORY_PROPERTY_HOST_CACHED_BIT
  };
  static const VkFlags private[] = {LOCAL, SEEN, 0};
  static const VkFlags written[] = {SEEN, 0};
  static const VkFlags read_back[] = {SEEN | CACHED, SEEN, 0};
  switch (use) {
    case R2_GPU_PRIVATE: return private;
    case R2_GPU_WRITTEN: return written;
    case R2_GPU_READ_BACK: return read_back;
  }
  return written;
}

/// Takes memory of the first kind that fits and that there is enough of.
static r2_gpu_status take_memory(r2_gpu_device *device, r2_gpu_buffer *buffer, r2_gpu_use use,
                                 r2_gpu_error *error) {
  VkMemoryRequirements needs = {0};
  device->call.vkGetBufferMemoryRequirements(device->handle, buffer->handle, &needs);
  const VkPhysicalDeviceMemoryProperties *memory = &device->physical->memory;
  r2_gpu_status status = r2_gpu_fail(error, R2_GPU_FAILED, "the GPU has no memory that the host can reach");
  for (const VkFlags *wanted = preferences(use); *wanted; wanted++)
    for (uint32_t i = 0; i < memory->memoryTypeCount; i++) {
      if (!(needs.memoryTypeBits >> i & 1) || (memory->memoryTypes[i].propertyFlags & *wanted) != *wanted)
        continue;
      VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                   .allocationSize = needs.size,
                                   .memoryTypeIndex = i};
      VkResult result = device->call.vkAllocateMemory(device->handle, &info, NULL, &buffer->memory);
      if (result == VK_SUCCESS) return R2_GPU_OK;
      buffer->memory = NULL;
      status = r2_gpu_fail_call(device, error, "vkAllocateMemory", result);
      if (status != R2_GPU_OUT_OF_MEMORY) return status;
      break;  // the next kind
    }
  return status;
}

static r2_gpu_status prepare(r2_gpu_device *device, r2_gpu_buffer *buffer, r2_gpu_use use,
                             r2_gpu_error *error) {
  VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                             .size = buffer->bytes,
                             .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                      VK_BUFFER_USAGE_TRANSFER_DST_BIT};
  VkResult result = device->call.vkCreateBuffer(device->handle, &info, NULL, &buffer->handle);
  if (result) {
    buffer->handle = NULL;
    return r2_gpu_fail_call(device, error, "vkCreateBuffer", result);
  }
  r2_gpu_status status = take_memory(device, buffer, use, error);
  if (status) return status;
  result = device->call.vkBindBufferMemory(device->handle, buffer->handle, buffer->memory, 0);
  if (result) return r2_gpu_fail_call(device, error, "vkBindBufferMemory", result);
  if (use == R2_GPU_PRIVATE) return R2_GPU_OK;
  result = device->call.vkMapMemory(device->handle, buffer->memory, 0, VK_WHOLE_SIZE, 0, &buffer->map);
  if (result) return r2_gpu_fail_call(device, error, "vkMapMemory", result);
  memset(buffer->map, 0, buffer->bytes);
  return R2_GPU_OK;
}

r2_gpu_buffer *r2_gpu_buffer_create(r2_gpu_device *device, uint64_t bytes, r2_gpu_use use,
                                    r2_gpu_error *error) {
  bytes = (bytes > 0 ? bytes + 3 : 4) & ~3ULL;
  uint64_t most = device->physical->facts.allocation_bytes;
  if (bytes > most) {
    r2_gpu_fail(error, R2_GPU_LIMIT, "a buffer of %llu bytes is needed, the GPU allows %llu",
                (unsigned long long)bytes, (unsigned long long)most);
    return NULL;
  }
  r2_gpu_buffer *buffer = calloc(1, sizeof *buffer);
  if (!buffer) {
    r2_gpu_fail(error, R2_GPU_OUT_OF_MEMORY, "not enough memory");
    return NULL;
  }
  buffer->bytes = bytes;
  if (prepare(device, buffer, use, error) == R2_GPU_OK) return buffer;
  r2_gpu_buffer_destroy(device, buffer);
  return NULL;
}

void r2_gpu_buffer_destroy(r2_gpu_device *device, r2_gpu_buffer *buffer) {
  if (r2_gpu_state(device) != R2_GPU_TIMEOUT) {
    if (buffer->handle) device->call.vkDestroyBuffer(device->handle, buffer->handle, NULL);
    if (buffer->memory) device->call.vkFreeMemory(device->handle, buffer->memory, NULL);
  }
  free(buffer);
}

void *r2_gpu_buffer_memory(const r2_gpu_buffer *buffer) { return buffer->map; }

// MARK: pipelines

/// Outputs of an invocation along either side of a tile, in conv.comp.
enum { STEP = 4 };

/// The shader's specialization constants, in their order; how many there are.
static uint32_t constants(const r2_gpu_device *device, r2_gpu_kernel kernel, uint32_t values[8]) {
  if (kernel.shader != R2_GPU_CONV) return 0;
  values[1] = kernel.rows;
  values[2] = kernel.columns;
  if (device->path != R2_GPU_F16_MATRIX) {
    values[0] = kernel.rows / STEP * (kernel.columns / STEP);
    return 3;
  }
  const r2_gpu_facts *facts = &device->physical->facts;
  uint32_t parts = kernel.rows / kernel.part_rows * (kernel.columns / kernel.part_columns);
  values[0] = parts * facts->subgroup_lanes;
  values[3] = kernel.part_rows;
  values[4] = kernel.part_columns;
  values[5] = facts->matrix.m;
  values[6] = facts->matrix.n;
  values[7] = facts->matrix.k;
  return 8;
}

static VkResult create_pipeline(r2_gpu_device *device, r2_gpu_kernel kernel, VkPipeline *pipeline) {
  r2_spirv code = r2_gpu_spirv(kernel.shader, device->path);
  VkShaderModuleCreateInfo module = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = code.bytes, .pCode = code.words};
  VkShaderModule shader;
  VkResult result = device->call.vkCreateShaderModule(device->handle, &module, NULL, &shader);
  if (result) return result;
  uint32_t values[8] = {0};
  VkSpecializationMapEntry entries[8];
  for (uint32_t i = 0; i < 8; i++) entries[i] = (VkSpecializationMapEntry){i, 4 * i, 4};
  VkSpecializationInfo special = {.mapEntryCount = constants(device, kernel, values),
                                  .pMapEntries = entries,
                                  .dataSize = sizeof values,
                                  .pData = values};
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfo subgroup = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO,
      .requiredSubgroupSize = device->physical->facts.subgroup_lanes};
  int is_matrix = kernel.shader == R2_GPU_CONV && device->path == R2_GPU_F16_MATRIX;
  VkComputePipelineCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
      .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                .pNext = is_matrix ? &subgroup : NULL,
                .flags = is_matrix ? VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT : 0,
                .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                .module = shader,
                .pName = "main",
                .pSpecializationInfo = &special},
      .layout = device->layout,
      .basePipelineIndex = -1};
  result = device->call.vkCreateComputePipelines(device->handle, NULL, 1, &info, NULL, pipeline);
  device->call.vkDestroyShaderModule(device->handle, shader, NULL);
  return result;
}

VkPipeline r2_gpu_pipeline(r2_gpu_device *device, r2_gpu_kernel kernel, r2_gpu_error *error) {
  VkPipeline pipeline = NULL;
  VkResult result = VK_SUCCESS;
  pthread_mutex_lock(&device->lock);
  for (int i = 0; i < device->pipeline_count; i++) {
    r2_gpu_kernel other = device->kernels[i];
    if (other.shader == kernel.shader && other.rows == kernel.rows && other.columns == kernel.columns &&
        other.part_rows == kernel.part_rows && other.part_columns == kernel.part_columns)
      pipeline = device->pipelines[i];
  }
  if (!pipeline && device->pipeline_count < R2_MOST_PIPELINES) {
    result = create_pipeline(device, kernel, &pipeline);
    if (result) {
      pipeline = NULL;
    } else {
      device->kernels[device->pipeline_count] = kernel;
      device->pipelines[device->pipeline_count++] = pipeline;
    }
  }
  pthread_mutex_unlock(&device->lock);
  if (result)
    r2_gpu_fail_call(device, error, "vkCreateComputePipelines", result);
  else if (!pipeline)
    r2_gpu_fail(error, R2_GPU_FAILED, "too many kinds of tiles");
  return pipeline;
}
