import JSON
import NeuralNetworks
import PlainText
import Training

/// The structure of a model, for people and for programs.
struct SummaryText {
  let model: ModelSummary
  let memory: MemoryEstimate
  let workers: Int

  var text: String {
    func megabytes(_ bytes: Int) -> String { Format.decimal(Double(bytes) / 1e6, 1) + " MB" }
    return """
      \(model.description)

      \(model.parameters.counted("parameter")), \(Format.count(model.multiplyAdds)) multiply-adds a sample forward
      about \(megabytes(memory.total)) of memory for each of \(workers.counted("worker")): \
      \(megabytes(memory.parameters)) parameters, \(megabytes(memory.gradients)) gradients, \
      \(megabytes(memory.optimizer)) optimiser, \(megabytes(memory.activations)) activations of \
      \(memory.samplesAtOnce.counted("sample")), \(megabytes(MemoryEstimate.program)) program and libraries
      """
  }

  var json: String {
    let object: JSON = [
      "layers": .array(
        model.rows.map { row in
          [
            "path": .string(row.path), "kind": .string(row.name),
            "output_shape": .array(row.outputShape.map { .integer($0) }), "parameters": .integer(row.parameters),
            "multiply_adds": .integer(row.multiplyAdds), "activation_bytes": .integer(row.activationBytes),
          ]
        }),
      "parameters": .integer(model.parameters), "multiply_adds": .integer(model.multiplyAdds),
      "activation_bytes": .integer(model.activationBytes), "workers": .integer(workers),
      "memory_bytes": [
        "parameters": .integer(memory.parameters), "gradients": .integer(memory.gradients),
        "optimizer": .integer(memory.optimizer), "activations": .integer(memory.activations),
        "total": .integer(memory.total),
      ],
    ]
    return object.description
  }
}
