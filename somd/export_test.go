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

// MaxCallable is how many parameters a method has at most that returns nothing.
const MaxCallable = som.MaxParams

// DescribedTypes is how many types were described to the process.
func DescribedTypes() int {
	describedTypes.mu.Lock()
	defer describedTypes.mu.Unlock()
	return describedTypes.n
}

// SetDescribedTypes has so many have been.
func SetDescribedTypes(n int) {
	describedTypes.mu.Lock()
	defer describedTypes.mu.Unlock()
	describedTypes.n = n
}

// SetDescribedMethods has a domain know so many methods by descriptions.
func (d *Domain) SetDescribedMethods(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.methods = n
}

// FromDescription is fromDescription.
func (d *Domain) FromDescription(all []ClassDescription) (*som.Class, error) {
	return d.fromDescription(all)
}
