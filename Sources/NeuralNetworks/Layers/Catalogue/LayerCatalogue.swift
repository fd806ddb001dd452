/// All kinds of layers that a configuration can list, whole architectures among them. A new layer is one file and one line
/// here.
package enum LayerCatalogue {
  /// In the order of the reference page.
  package static let forms: [LayerForm] =
    [
      Linear.Settings.forms,
      Convolution2D.Settings.forms,
      BatchNorm.Settings.forms,
      ActivationLayer.Settings.forms,
      ImagePool.Settings.forms,
      GlobalAveragePool.Settings.forms,
      GlobalMaxPool.Settings.forms,
      Dropout.Settings.forms,
      Flatten.Settings.forms,
      ImageToSequence.Settings.forms,
      Sequential.Settings.forms,
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
      SelfAttention.Settings.forms,
      FeedForward.Settings.forms,
      TransformerBlock.Settings.forms,
      Positions.Settings.forms,
      ClassToken.Settings.forms,
      FirstStep.Settings.forms,
      LastStep.Settings.forms,
      TiedLinear.Settings.forms,
    ].flatMap { $0 } + ArchitectureCatalogue.forms.compactMap(\.layerForm)

  /// Made once: a configuration may have many layers.
  static let variants = forms.map(\.variant)
}
