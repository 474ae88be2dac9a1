package golang

import (
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// A class has its types in its package, unless packages would import each other in a circle for that: a structure of the module that holds a type of
// a class which uses others of the module's, or a metaclass whose methods take a type of its instances' class. Then its types
// stand in its module's package, as those that are declared outside of classes. Whether it is so is asked of the class's file and what that includes: who
// includes it changes nothing of what was generated.

// findCircles finds the classes whose types stand outside of their packages.
func (g *generator) findCircles() {
	if !g.opt.Classes {
		return
	}
	type use struct {
		from, to string
		file     *model.File
	}
	var uses []use
	classes := map[*model.File][]*model.Interface{}
	for d := range g.spec.All() {
		if i, ok := d.(*model.Interface); ok && g.classAround(i) == i {
			classes[fileOf(i)] = append(classes[fileOf(i)], i)
		}
		for _, used := range append(model.Uses(d), g.classImports(d)...) {
			if from, to := g.unitKey(d), g.unitKey(used); from != to && !g.isMention(d, used) {
				uses = append(uses, use{from, to, fileOf(d)})
			}
		}
	}
	var sight cabi.Sight
	outside := map[*model.Interface]bool{}
	for file, all := range classes {
		leads := map[string][]string{}
		for _, u := range uses {
			if sight.Sees(g.spec, file, u.file) {
				leads[u.from] = append(leads[u.from], u.to)
			}
		}
		for _, i := range all {
			key := g.unitKey(i)
			seen, work := map[string]bool{}, leads[key]
			for len(work) > 0 && !seen[key] {
				to := work[0]
				if work = work[1:]; !seen[to] {
					seen[to] = true
					work = append(work[:len(work):len(work)], leads[to]...)
				}
			}
			if seen[key] {
				outside[i] = true
			}
		}
	}
	g.outside = outside
}

// movedTypes returns what of a class stands in its module's package.
func (g *generator) movedTypes(i *model.Interface) []model.Decl {
	var all []model.Decl
	if g.outside[i] {
		for _, d := range i.Decls {
			switch d.(type) {
			case *model.Operation, *model.Attribute:
			default:
				all = append(all, d)
			}
		}
	}
	return all
}
