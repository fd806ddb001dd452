import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite struct SGDTests {
  /// Five steps against PyTorch's optimiser: rates that change, momentum, Nesterov, weight decay, L2 and clipping.
  @Test(
    arguments: ["plain", "weight_decay", "l2", "momentum", "nesterov", "clip"],
    [(DType.float64, 1e-9), (.float32, 1e-6)])
  func trajectory(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let reference = try golden("sgd/" + name)
    let pool = StoragePool()
    let model = try Model([linear(3)], inputShape: [5], dtype: precision.dtype, pool: pool)
    let (weight, bias) = (model.store.parameters[0], model.store.parameters[1])
    weight.value.copy(from: try reference.tensor("weight", dtype: precision.dtype, pool: pool))
    bias.value.copy(from: try reference.tensor("bias", dtype: precision.dtype, pool: pool))

    let optimizer = Optimizer(try specification(reference), store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], dtype: precision.dtype, pool: pool)
    for step in 0..<5 {
      weight.view(of: gradients).copy(
        from: try reference.tensor("gradient_weight_\(step)", dtype: precision.dtype, pool: pool))
      bias.view(of: gradients).copy(
        from: try reference.tensor("gradient_bias_\(step)", dtype: precision.dtype, pool: pool))
      let report = optimizer.step(
        step, gradients: gradients, scale: 0.25, learningRate: 0.1 / Double(1 + step), report: true)
      for (parameter, key) in [(weight, "weight"), (bias, "bias")] {
        let expected = try reference.tensor("\(key)_\(step)", dtype: precision.dtype, pool: pool)
        #expect(relativeDifference(parameter.value, expected) <= precision.tolerance, "\(key) after step \(step)")
      }
      let norm = try reference.number("norm_\(step)")
      #expect(abs(try #require(report.gradientNorm) - norm) <= precision.tolerance * norm)
    }
  }

  private func specification(_ reference: Golden) throws -> OptimizerSpecification {
    var specification = OptimizerSpecification.sgd(
      momentum: try reference.number("momentum"), nesterov: try reference.number("nesterov") != 0)
    specification.weightDecay = try reference.number("weight_decay")
    specification.l2 = try reference.number("l2")
    let clip = try reference.number("clip")
    specification.clipNorm = clip == 0 ? nil : clip
    return specification
  }

  /// Three layers, so that ranges of regularised and other parameters alternate.
  private func model(pool: StoragePool) throws -> Model {
    let model = try Model([linear(5), batchNorm, linear(3, bias: false), linear(2)], inputShape: [7], pool: pool)
    randomizeParameters(of: model)
    return model
  }

  @Test func onlyWeightsAreRegularized() throws {
    let pool = StoragePool()
    let model = try model(pool: pool)
    let before = model.store.parameters.map(\.value.values)
    var specification = OptimizerSpecification.sgd()
    specification.weightDecay = 0.5
    let optimizer = Optimizer(specification, store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
    _ = optimizer.step(0, gradients: gradients, scale: 1, learningRate: 1, report: false)
    for (parameter, old) in zip(model.store.parameters, before) {
      let expected = parameter.role == .weight ? old.map { $0 / 2 } : old
      #expect(zip(parameter.value.values, expected).allSatisfy { abs($0 - $1) <= 1e-7 }, "\(parameter.path)")
    }
    #expect(model.store.parameters.filter { $0.role == .weight }.count == 3)
  }

  @Test("each setting regularises the roles that it names, by weight decay and by L2", arguments: Regularized.allCases)
  func regularizedRoles(regularized: Regularized) throws {
    let pool = StoragePool()
    var settings = VisionTransformer(patch: 2, width: 4, blocks: 1, heads: 1)
    settings.pooling = .classToken
    let shape = [4, 4, 1]
    let model = try Model(
      ModelSpecification.visionTransformer(settings).layers(inputShape: shape, outputs: 3), inputShape: shape,
      pool: pool)
    randomizeParameters(of: model)
    let before = model.store.parameters.map(\.value.values)
    var specification = OptimizerSpecification.sgd()
    (specification.weightDecay, specification.l2, specification.regularize) = (0.25, 0.125, regularized)
    let optimizer = Optimizer(specification, store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
    let report = optimizer.step(0, gradients: gradients, scale: 1, learningRate: 1, report: true)
    let roles: [Regularized: [ParameterRole]] = [
      .weights: [.weight], .weightsAndPositions: [.weight, .position, .token], .all: ParameterRole.allCases,
    ]
    var penalty = 0.0
    for (parameter, old) in zip(model.store.parameters, before) {
      let decays = try #require(roles[regularized]).contains(parameter.role)
      if decays { penalty += 0.125 * old.reduce(0) { $0 + $1 * $1 } }
      let expected = decays ? old.map { $0 / 2 } : old
      #expect(zip(parameter.value.values, expected).allSatisfy { abs($0 - $1) <= 1e-7 }, "\(parameter.path)")
    }
    #expect(abs(try #require(report.penalty) - penalty) <= 1e-6 * penalty)
    #expect(Set(model.store.parameters.map(\.role)) == Set(ParameterRole.allCases))
    #expect(model.store.parameters.first { $0.path == "pos_embed" }?.role == .position)
    #expect(model.store.parameters.first { $0.path == "cls_token" }?.role == .token)
  }

  @Test func penaltyIsOfTheWeightsBeforeTheStep() throws {
    let pool = StoragePool()
    let model = try model(pool: pool)
    let squares = model.store.parameters.filter { $0.role == .weight }.flatMap(\.value.values).map { $0 * $0 }
    var specification = OptimizerSpecification.sgd()
    specification.l2 = 0.3
    let optimizer = Optimizer(specification, store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
    let report = optimizer.step(0, gradients: gradients, scale: 1, learningRate: 1, report: true)
    let expected = 0.3 * squares.reduce(0, +)
    #expect(abs(try #require(report.penalty) - expected) <= 1e-6 * expected)
    #expect(optimizer.step(0, gradients: gradients, scale: 1, learningRate: 1, report: false) == OptimizerReport())
  }

  /// Logging a step must not change the run.
  @Test func reportsDoNotChangeBits() throws {
    let pool = StoragePool()
    var results: [[Double]] = []
    for report in [false, true] {
      let model = try model(pool: pool)
      var specification = OptimizerSpecification.sgd(momentum: 0.9)
      (specification.l2, specification.clipNorm) = (0.1, 0.5)
      let optimizer = Optimizer(specification, store: model.store, pool: pool)
      let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
      var random = TestRandom(seed: 8)
      for parameter in model.store.parameters {
        parameter.view(of: gradients).copy(from: random.tensor(parameter.shape, dtype: .float32, pool: pool))
      }
      for _ in 0..<3 { _ = optimizer.step(0, gradients: gradients, scale: 0.1, learningRate: 0.1, report: report) }
      results.append(model.store.values.values)
    }
    #expect(results[0] == results[1])
  }

  @Test func stateIsNamedForCheckpoints() throws {
    let pool = StoragePool()
    let model = try model(pool: pool)
    #expect(Optimizer(.sgd(), store: model.store, pool: pool).state.isEmpty)
    let state = Optimizer(.sgd(momentum: 0.9), store: model.store, pool: pool).state
    #expect(state.map(\.name) == ["momentum"])
    #expect(state[0].value.shape == [model.store.flatCount])
    #expect(state[0].value.values.allSatisfy { $0 == 0 })
  }
}
