#if OneDNN
  import COneDNN

  /// oneDNN's engine and stream of one worker.
  final class OneDNNContext {
    let handle: OpaquePointer

    init() {
      var handle: OpaquePointer?
      let status = cd_context_create(&handle)
      guard status == 0, let handle else {
        preconditionFailure("oneDNN cannot make an engine: \(String(cString: cd_status_text(status)))")
      }
      self.handle = handle
    }

    deinit { cd_context_destroy(handle) }
  }

  /// One pass of one convolution in oneDNN. The algorithm is direct: Winograd rounds worse and requires blocked images.
  final class ConvolutionPlan {
    enum Pass: Hashable, Sendable {
      case forward, backwardData, backwardWeights

      fileprivate var code: cd_pass {
        switch self {
        case .forward: CD_FORWARD
        case .backwardData: CD_BACKWARD_DATA
        case .backwardWeights: CD_BACKWARD_WEIGHTS
        }
      }
    }

    private let handle: OpaquePointer
    // The plan points into it.
    private let context: OneDNNContext
    private let workspace: Int

    /// Nil if oneDNN has no implementation for this geometry, or only its slow reference loops.
    init?(_ geometry: ConvolutionGeometry, _ pass: Pass, bias: Bool, relu: Bool, context: OneDNNContext) {
      if Self.overrunsItsScratchpad(geometry, pass) { return nil }
      BLAS.useThreadCountInOneDNN()
      var description = cd_convolution(geometry)
      var handle: OpaquePointer?
      guard cd_plan_create(context.handle, &description, pass.code, bias, relu, &handle) == 0, let handle else {
        return nil
      }
      self.handle = handle
      self.context = context
      workspace = cd_plan_workspace(handle)
      if implementation.hasPrefix("ref") { return nil }
    }

    /// Whether a fault of oneDNN applies (2.6 to 3.x, its issue 6035): it compacts the input of a strided 1×1 convolution into a
    /// buffer that is too small if there are fewer channels than lanes of a vector. Backward-weights then gives wrong sums, or
    /// crashes.
    private static func overrunsItsScratchpad(_ geometry: ConvolutionGeometry, _ pass: Pass) -> Bool {
      pass == .backwardWeights && geometry.kernelHeight == 1 && geometry.kernelWidth == 1
        && (geometry.strideHeight > 1 || geometry.strideWidth > 1) && geometry.inputChannels / geometry.groups < 16
    }

    deinit { cd_plan_destroy(handle) }

    /// oneDNN's name of its implementation: `jit:avx2`, `brgconv:avx512_core`.
    var implementation: String { String(cString: cd_plan_implementation(handle)) }

    /// Runs the pass; `cd_plan_run` says which tensors it reads and writes.
    func run(input: Tensor, weights: Tensor, bias: Tensor?, output: Tensor, pool: StoragePool) {
      BLAS.useThreadCountInOneDNN()
      let space = pool.allocate(byteCount: workspace)
      let status = cd_plan_run(
        handle, input.pointer, weights.pointer, bias?.pointer, output.pointer, space.pointer)
      precondition(status == 0, "oneDNN's \(implementation) failed: \(String(cString: cd_status_text(status)))")
    }
  }

  extension cd_convolution {
    fileprivate init(_ geometry: ConvolutionGeometry) {
      self.init(
        batch: Int64(geometry.batch), height: Int64(geometry.height), width: Int64(geometry.width),
        input_channels: Int64(geometry.inputChannels), output_channels: Int64(geometry.outputChannels),
        groups: Int64(geometry.groups), kernel_height: Int64(geometry.kernelHeight),
        kernel_width: Int64(geometry.kernelWidth), stride_height: Int64(geometry.strideHeight),
        stride_width: Int64(geometry.strideWidth), dilation_height: Int64(geometry.dilationHeight),
        dilation_width: Int64(geometry.dilationWidth), padding_top: Int64(geometry.padding.top),
        padding_left: Int64(geometry.padding.left), padding_bottom: Int64(geometry.padding.bottom),
        padding_right: Int64(geometry.padding.right), output_height: Int64(geometry.outputHeight),
        output_width: Int64(geometry.outputWidth))
    }
  }
#endif
