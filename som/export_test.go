package som

// Weighing linearises a class of these parents, and says of how many pairs of classes it was asked whether their order matters.
func Weighing(parents []*Class, concrete map[*Class]bool) (int, error) {
	g := newMerge("E", parents, concrete)
	for {
		next, err := g.pick()
		if next == nil || err != nil {
			return g.weighed, err
		}
		g.take(next)
	}
}
