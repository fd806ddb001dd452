/// All kinds of layers that a configuration can list. A new layer is one file and one line here.
package enum LayerCatalogue {
  /// In the order of the reference page.
  package static let forms: [LayerForm] = [
    Linear.Settings.forms,
    Convolution2D.Settings.forms,
    BatchNorm.Settings.forms,
    ActivationLayer.Settings.forms,
    ImagePool.Settings.forms,
    GlobalAveragePool.Settings.forms,
    GlobalMaxPool.Settings.forms,
    Dropout.Settings.forms,
    Flatten.Settings.forms,
    Residual.Settings.forms,
    Parallel.Settings.forms,
    Multiply.Settings.forms,
    Repeated.Settings.forms,
    ChannelScale.Settings.forms,
    DropPath.Settings.forms,
    Embedding.Settings.forms,
    OneHot.Settings.forms,
    Recurrent.Settings.forms,
    Convolution1D.Settings.forms,
    TimePool.Settings.forms,
    LayerNorm.Settings.forms,
    GroupNorm.Settings.forms,
    InstanceNorm.forms,
    MultiHeadAttention.Settings.forms,
    Positions.Settings.forms,
    LastStep.Settings.forms,
  ].flatMap { $0 }

  /// Made once: a configuration may have many layers.
  static let variants = forms.map(\.variant)
}
