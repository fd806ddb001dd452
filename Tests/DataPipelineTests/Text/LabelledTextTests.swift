import Foundation
import Testing

@testable import DataPipeline

/// Lines with labels in three formats, their splits, and what is said of bad ones.
struct LabelledTextTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func specification(
    _ text: String, _ format: LabelledTextSpecification.Format,
    _ validation: LabelledTextSpecification.Validation = .none
  ) throws -> LabelledTextSpecification {
    var specification = LabelledTextSpecification(path: try folder.write(text.utf8, to: "d.txt"), format: format)
    specification.validation = validation
    return specification
  }

  private func open(
    _ specification: LabelledTextSpecification, _ kind: TokenizerSpecification = .bytes, maximumLength: Int? = nil
  ) throws -> LabelledTextDataset {
    try LabelledTextDataset.open(specification, tokenizer: .trained(kind), maximumLength: maximumLength, seed: 5)
  }

  /// Texts and the names of their labels.
  private func samples(_ dataset: LabelledTextDataset, _ split: LabelledTextDataset.Split) -> [String] {
    (0..<split.count).map { sample in
      let text = String(decoding: dataset.tokenizer.decode(split.tokens(ofSample: sample)), as: UTF8.self)
      return text + "=" + dataset.classNames[Int(split.labels[sample])]
    }
  }

  private func message(_ specification: LabelledTextSpecification, _ kind: TokenizerSpecification = .characters)
    -> String
  {
    do {
      _ = try open(specification, kind)
      return "no error"
    } catch {
      return "\(error)".replacing(folder.path + "/", with: "")
    }
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func tabsSeparateTextAndLabel(end: String) throws {
    let text = ["\u{FEFF}good film\tpos", "bad\tfilm\tneg", "", "süß 漢\tpos"].joined(separator: end)
    let dataset = try open(specification(text, .tsv))
    #expect(dataset.classNames == ["neg", "pos"] && dataset.validation == nil)
    #expect(samples(dataset, dataset.training) == ["good film=pos", "bad\tfilm=neg", "süß 漢=pos"])
    #expect(dataset.maximumLength == 9)
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func quotedFieldsHoldAnything(end: String) throws {
    let records = [
      #"id,"text, long",label"#, #"1,"a ""b"", c",x"#, "", #"2,"two"# + end + #"lines","y""#, "3,plain,x",
      "4,\"\"\"\",y",
    ]
    var specification = try specification(records.joined(separator: end), .csv)
    (specification.hasHeader, specification.textColumn, specification.labelColumn) = (true, 1, 2)
    let dataset = try open(specification)
    #expect(samples(dataset, dataset.training) == ["a \"b\", c=x", "two\(end)lines=y", "plain=x", "\"=y"])
    #expect(try specification.readLines().lines.map(\.line) == [2, 4, 6, 7])
  }

  @Test(
    "a first line that names columns is left out, and said",
    arguments: [
      (.csv, "\u{FEFF}text,label\r\nred,a\r\nblue,b\r\n"), (.csv, "Text,Class\nred,a\nblue,b\n"),
      (.tsv, "content\tcategory\nred\ta\nblue\tb\n"),
    ] as [(LabelledTextSpecification.Format, String)])
  func headers(format: LabelledTextSpecification.Format, text: String) throws {
    var specification = try specification(text, format)
    let dataset = try open(specification)
    #expect(dataset.classNames == ["a", "b"] && samples(dataset, dataset.training) == ["red=a", "blue=b"])
    #expect(dataset.notes.count == 1 && dataset.notes[0].contains("d.txt, line 1, is taken for a header"))
    specification.hasHeader = true
    let told = try open(specification)
    #expect(told.training == dataset.training && told.notes.isEmpty)
    specification.hasHeader = false
    #expect(try open(specification).classNames.count == 3)
  }

  @Test("a first line whose label others have is a sample; one whose label is alone is mentioned")
  func noHeaders() throws {
    let recurring = try open(specification("red\tlabel\nblue\tlabel\n", .tsv))
    #expect(recurring.training.count == 2 && recurring.notes.isEmpty)
    let alone = try open(specification("word\tfarbe\nred\ta\npink\ta\n", .tsv))
    #expect(alone.training.count == 3 && alone.notes.count == 1)
    #expect(alone.notes.first?.contains("'farbe', which no other line has") == true)
    let allAlone = try open(specification("word\tfarbe\nred\ta\npink\tb\n", .tsv))
    #expect(allAlone.training.count == 3 && allAlone.notes.isEmpty)
  }

  @Test("a note is one line, whatever a label holds")
  func lineEndsInLabels() throws {
    let dataset = try open(specification("x,\"a\n\u{202E}b\"\nred,c\npink,c\n", .csv))
    #expect(dataset.notes.count == 1 && dataset.notes[0].contains("'a\u{FFFD}\u{FFFD}b', which no other line has"))
  }

  @Test("the header of a test file is left out too")
  func headerOfTestFile() throws {
    var specification = try specification("text,label\nred,a\nblue,b\n", .csv)
    specification.testPath = try folder.write("text,label\npink,a\n".utf8, to: "test.csv")
    let dataset = try open(specification)
    #expect(dataset.test.map { samples(dataset, $0) } == ["pink=a"] && dataset.notes.count == 2)
  }

  @Test("texts are not padded without a limit")
  func padding() throws {
    var specification = try specification(String(repeating: "x", count: 70_000) + "\ta\nred\tb\n", .tsv)
    #expect(message(specification).contains("d.txt, line 1: has 70000 tokens"))
    #expect(message(specification).contains("data.length: 1000"))
    #expect(try open(specification, maximumLength: 70_000).maximumLength == 70_000)
    #expect(try open(specification, maximumLength: 9).maximumLength == 9)
    #expect(throws: DataError.self) { try open(specification, maximumLength: 70_001) }
    specification = try self.specification("red\tb\n", .tsv)
    #expect(throws: DataError.self) { try open(specification, maximumLength: Int(Int32.max)) }
  }

  @Test("UTF-16 is named")
  func otherEncodings() throws {
    var specification = try specification("", .tsv)
    specification.path = try folder.write([0xFF, 0xFE, 0x61, 0] as [UInt8], to: "d.txt")
    #expect(message(specification).contains("d.txt: is UTF-16"))
  }

  @Test(
    "white space around a label makes no other class",
    arguments: [
      (.tsv, "a\tx \r\nb\tx\nc\t\u{A0}x\rd\t y z\n"), (.csv, "a,x \r\nb,x\nc,\" x\n\"\rd, y z\n"),
    ] as [(LabelledTextSpecification.Format, String)])
  func trimmedLabels(format: LabelledTextSpecification.Format, text: String) throws {
    let dataset = try open(specification(text, format))
    #expect(samples(dataset, dataset.training) == ["a=x", "b=x", "c=x", "d=y z"])
    #expect(dataset.classNames == ["x", "y z"])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func categoriesAndNumbersWithAnyLineEnd(end: String) throws {
    var specification = try specification(["Khoury 1", "", "Van 2", "b 3 4"].joined(separator: end), .numbered)
    let categories = ["1 Arabic ", "2 Low German", ""].joined(separator: end)
    specification.categoriesPath = try folder.write(categories.utf8, to: "c.txt")
    #expect(message(specification) == "d.txt, line 4: has the unknown label '4'; the numbers are 1 to 2")
    try folder.write(["Khoury 1", "Van 2"].joined(separator: end).utf8, to: "d.txt")
    #expect(try open(specification).classNames == ["Arabic", "Low German"])
  }

  @Test func numbersAreNamedByCategoriesAndIndicesChooseValidation() throws {
    var specification = try specification("Khoury 1\nNovy Novy 3\nTer Avest 2\nNahas 1\nDub 3\nVan 2\n", .numbered)
    specification.categoriesPath = try folder.write("1 Arabic\n2 Dutch\n3 Czech\n".utf8, to: "c.txt")
    specification.validation = .indices(path: try folder.write("5 2\n".utf8, to: "i.txt"))
    // Both Czech names are listed.
    #expect(
      message(specification) == "d.txt, line 2: has the label 'Czech', which no training line has; "
        + "move lines of that class to the training split, or leave them out")
    specification.validation = .indices(path: try folder.write("5 1\n".utf8, to: "i.txt"))
    let dataset = try open(specification)
    #expect(dataset.classNames == ["Arabic", "Dutch", "Czech"])
    #expect(samples(dataset, dataset.training) == ["Novy Novy=Czech", "Ter Avest=Dutch", "Nahas=Arabic", "Van=Dutch"])
    #expect(dataset.validation.map { samples(dataset, $0) } == ["Khoury=Arabic", "Dub=Czech"])
  }

  @Test func aDrawnValidationSplitIsStratified() throws {
    let lines = (0..<100).map { "text \($0)\t\($0 % 4 == 0 ? "rare" : "often")" }.joined(separator: "\n")
    let dataset = try open(specification(lines, .tsv, .fraction(0.2)))
    let validation = try #require(dataset.validation)
    #expect(validation.count == 20 && validation.labels.count { $0 == 1 } == 5)
    let all = samples(dataset, dataset.training) + samples(dataset, validation)
    #expect(Set(all).count == 100)
    #expect(try open(specification(lines, .tsv, .count(20))).validation == validation)
  }

  @Test func aShareThatTakesAWholeClassIsTooLarge() throws {
    for share in [.fraction(0.5), .count(1)] as [LabelledTextSpecification.Validation] {
      let problem = message(try specification("abc\tx\nabd\ty\n", .tsv, share))
      #expect(problem.contains("which no training line has; data.validation took all lines of that class: lower it"))
    }
  }

  @Test func samplesArePaddedOrCut() throws {
    let text = "abc\tx\nabcde\tx\nb\tx\n"
    for (maximum, length) in [(nil, 5), (4, 4), (7, 7)] as [(Int?, Int)] {
      let dataset = try open(specification(text, .tsv), .characters, maximumLength: maximum)
      #expect(dataset.maximumLength == length && dataset.vocabularySize == 6 && dataset.padToken == 5)
      for (sample, whole) in [[0, 1, 2], [0, 1, 2, 3, 4], [1]].enumerated() {
        var tokens = [Int32](repeating: -1, count: length)
        let count = dataset.copy(sample, of: dataset.training, to: &tokens)
        #expect(count == min(whole.count, length))
        #expect(tokens == (0..<length).map { $0 < whole.count ? Int32(whole[$0]) : 5 })
      }
    }
  }

  @Test func badLinesAreRefusedInOneLine() throws {
    #expect(
      message(try specification("a\tx\n\nnothing\n", .tsv)) == "d.txt, line 3: has no label; expected text<TAB>label")
    #expect(
      message(try specification("a\tx\nb\t \n", .tsv)) == "d.txt, line 2: has an empty label; expected text<TAB>label")
    #expect(message(try specification("\tx\n", .tsv)) == "d.txt, line 1: has an empty text; expected text<TAB>label")
    #expect(message(try specification("\n\n", .tsv)) == "d.txt: holds no line with a label")
    #expect(
      message(try specification("a,x\nb,\"\"\n", .csv))
        == "d.txt, line 2: has an empty label; expected text in column 0, label in column 1")
    #expect(
      message(try specification("a,x\nb\n", .csv))
        == "d.txt, line 2: has 1 column; text and label are in columns 0 and 1, counted from 0")
    #expect(message(try specification("a,x\n\"b,y\n", .csv)) == "d.txt, line 2: has a quote that is not closed")
    #expect(
      message(try specification("\"a\"b,x\n", .csv))
        == "d.txt, line 1: goes on after a closing quote; quotes inside are doubled")
    let path = try folder.write([97, 9, 120, 10, 0xC3, 9, 120], to: "d.txt")
    #expect(
      message(LabelledTextSpecification(path: path, format: .tsv))
        == "d.txt, byte 4, line 2: is not UTF-8 (0xC3); convert the file to UTF-8 (iconv)")
  }

  @Test func badNumbersAndUnseenCharactersAreRefused() throws {
    var specification = try specification("abc 1\nabd 2\nbad 1\n", .numbered)
    #expect(message(specification).hasPrefix("d.txt: has numbers for labels"))
    specification.categoriesPath = try folder.write("1 A\n".utf8, to: "c.txt")
    #expect(message(specification) == "d.txt, line 2: has the unknown label '2'; the numbers are 1 to 1")
    specification.categoriesPath = try folder.write("1 A\n3 B\n".utf8, to: "c.txt")
    #expect(message(specification) == "c.txt, line 2: is not '2 NAME'; classes are numbered from 1")
    specification.categoriesPath = try folder.write("1 A\n2 B\n".utf8, to: "c.txt")
    for (indices, problem) in [
      ("4", "i.txt: '4' is not the number of a line with a sample in d.txt; lines are numbered from 1"),
      ("0", "i.txt: '0' is not the number of a line with a sample in d.txt; lines are numbered from 1"),
      ("x", "i.txt: 'x' is not the number of a line with a sample in d.txt; lines are numbered from 1"),
      ("1 1", "i.txt: lists line 1 twice"), ("1 2 3", "i.txt: lists every line; leave some to train on"),
      ("", "i.txt: lists no line; list some, or leave data.validation_lines out"),
      (" \n\r\n", "i.txt: lists no line; list some, or leave data.validation_lines out"),
    ] {
      specification.validation = .indices(path: try folder.write(indices.utf8, to: "i.txt"))
      #expect(message(specification) == problem)
    }
    specification = try self.specification("abc\tx\nab\u{e9}\tx\n", .tsv)
    specification.validation = .indices(path: try folder.write("2".utf8, to: "i.txt"))
    #expect(message(specification).contains("line 2: has the character 'é' (U+00E9), which the training text does not"))
  }
}
