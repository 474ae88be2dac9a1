package somd

import "github.com/opendsom/dsom/som"

// OtherProcess is otherProcess.
var OtherProcess = otherProcess

// ExportedOf returns the objects of a class that are exported, which their holders alone keep.
func (d *Domain) ExportedOf(class string) (all []som.Ref) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.objects {
		s.mu.Lock()
		if !s.kept.IsNil() && s.kept.Class().Name() == class {
			all = append(all, s.kept)
		}
		s.mu.Unlock()
	}
	return all
}

// File is file.
type File = file

// OpenChanges has the file of changes opened by a function.
func (p *Persistent) OpenChanges(open func(name string, anew bool) (File, error)) {
	p.changed.open = open
}
