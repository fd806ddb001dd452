/// The type of a tensor's elements in a safetensors file, little-endian. Raw values are the format's names.
public enum ElementType: String, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  /// The upper half of a float32.
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of an element.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// The element that starts at byte `offset` of `bytes`, at any alignment, rounded to the nearest float32.
  func float(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Float {
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) -> Value {
      Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
    return switch self {
    case .float64: Float(Double(bitPattern: integer(UInt64.self)))
    case .float32: Float(bitPattern: integer(UInt32.self))
    case .float16: Self.float(half: integer(UInt16.self))
    case .bfloat16: Float(bitPattern: UInt32(integer(UInt16.self)) << 16)
    case .int64: Float(integer(Int64.self))
    case .int32: Float(integer(Int32.self))
    case .int16: Float(integer(Int16.self))
    case .int8: Float(integer(Int8.self))
    case .uint8, .bool: Float(integer(UInt8.self))
    }
  }

  /// Converts IEEE 754 binary16. Swift's `Float16` does not exist on every platform.
  private static func float(half bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
    }
  }
}
