import DataPipeline
import JSON

extension DataReport {
  /// The content of `data-report.json`.
  var json: JSON {
    .object([
      .init("remarks", .array(remarks.map { .string($0) })),
      .init(
        "left_out",
        .array(
          omissions.map { omission in
            var members: [JSON.Member] = [
              .init("path", .string(omission.path)), .init("reason", .string(omission.reason)),
            ]
            if let detail = omission.detail { members.append(.init("detail", .string(detail))) }
            return .object(members)
          })),
    ])
  }
}
