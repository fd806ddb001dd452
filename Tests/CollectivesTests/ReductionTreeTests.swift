import Collectives
import CollectivesTestSupport
import Testing

@Suite struct ReductionTreeTests {
  @Test(arguments: [
    (1, "0"), (2, "(0+1)"), (3, "((0+1)+2)"), (4, "((0+1)+(2+3))"), (5, "(((0+1)+2)+(3+4))"),
    (7, "(((0+1)+(2+3))+((4+5)+6))"),
  ])
  func halvesWithTheLargerHalfLeft(shards: Int, expression: String) {
    let tree = ReductionTree(shards: shards)
    #expect(tree.reduce((0..<shards).map(String.init)) { "(\($0)+\($1))" } == expression)
    #expect(referenceExpression(0..<shards) == expression)
  }

  @Test(arguments: 1...17)
  func maximalSubtreesCoverARunWithNodesThatCannotGrow(shards: Int) {
    let tree = ReductionTree(shards: shards)
    let nodes = nodes(below: tree.root)
    for start in 0..<shards {
      for end in start + 1...shards {
        let run = start..<end
        let subtrees = tree.maximalSubtrees(in: run)
        #expect(subtrees.flatMap(Array.init) == Array(run))
        for subtree in subtrees {
          #expect(nodes.contains(subtree))
          // No node inside the run is a true superset of a maximal one.
          #expect(!nodes.contains { $0.count > subtree.count && $0.overlaps(subtree) && run.contains($0) })
        }
      }
    }
  }

  @Test func anEmptyRunHasNoSubtrees() {
    #expect(ReductionTree(shards: 5).maximalSubtrees(in: 2..<2).isEmpty)
  }

  private func nodes(below node: Range<Int>) -> [Range<Int>] {
    if node.count == 1 { return [node] }
    let (left, right) = ReductionTree.children(of: node)
    return [node] + nodes(below: left) + nodes(below: right)
  }
}
