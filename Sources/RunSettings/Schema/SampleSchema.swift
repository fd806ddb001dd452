import Configuration

extension SampleSettings {
  static var record: Record<SampleSettings> {
    Record(
      "samples",
      "Samples that a language model writes during training: into `samples.jsonl` in the run folder, and to the terminal. "
        + "Recurrent layers begin at zero. Weights are the same with and without samples.",
      template: SampleSettings(),
      fields: [
        Field(
          "every_steps", \.everySteps, Codec.integer(atLeast: 1).optional,
          "Optimiser steps from one sample to the next."),
        Field(
          "at", \.at, Codec.integer(atLeast: 0).list("integers ≥ 0"),
          "Steps after which a sample is written; 0 is before the first."),
        Field("length", \.length, .integer(atLeast: 1), "Tokens to write."),
        Field(
          "prompt", \.prompt, Codec.text.optional, "Beginning of each sample; null is the beginning of a line."),
        Field(
          "temperature", \.temperature, .notNegative,
          "Below 1, probable tokens become more probable, above 1 less so; 0 takes the most probable one."),
        Field(
          "top_k", \.topK, Codec.integer(atLeast: 1).optional, "Chooses among this many most probable tokens only."),
        Field(
          "top_p", \.topP, Codec.number("number in (0, 1]") { $0 > 0 && $0 <= 1 }.optional,
          "Chooses among the most probable tokens whose probabilities sum to this."),
      ])
  }
}
