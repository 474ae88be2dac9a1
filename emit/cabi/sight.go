package cabi

import "github.com/opendsom/dsom/model"

// A Sight knows which files of one specification see which.
type Sight struct {
	seen map[*model.File]map[*model.File]bool
}

// Sees reports whether a file is another or includes it, be it by others.
func (s *Sight) Sees(spec *model.Spec, f, other *model.File) bool {
	if s.seen == nil {
		s.seen = map[*model.File]map[*model.File]bool{}
	}
	all := s.seen[f]
	if all == nil {
		all = map[*model.File]bool{}
		s.seen[f] = all
		var add func(f *model.File)
		add = func(f *model.File) {
			if f == nil || all[f] {
				return
			}
			all[f] = true
			for _, name := range f.Includes {
				add(spec.File(name))
			}
		}
		add(f)
	}
	return all[other]
}
