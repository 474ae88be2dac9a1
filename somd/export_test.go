package somd

import (
	"context"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

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

// Disk is disk, whose methods are functions.
type Disk struct {
	Open       func(name string, anew bool) (File, error)
	Rename     func(from, to string) error
	Remove     func(name string) error
	SyncFolder func(path string) error
}

func (d Disk) open(name string, anew bool) (file, error) { return d.Open(name, anew) }
func (d Disk) rename(from, to string) error              { return d.Rename(from, to) }
func (d Disk) remove(name string) error                  { return d.Remove(name) }
func (d Disk) syncFolder(path string) error              { return d.SyncFolder(path) }

// SetDisk has the file of changes be on a disk.
func (p *Persistent) SetDisk(d Disk) { p.changed.disk = d }

// LookAt has the process look oftener whether others have changed data.
func (p *Persistent) LookAt(every time.Duration) { go p.lookAt(every) }

// SetChangesWait has the lock of the file of changes waited for that long.
func (p *Persistent) SetChangesWait(d time.Duration) {
	defer p.changed.take()()
	if p.changed.wait = d; p.changed.kept != nil {
		p.changed.kept.lock.wait = d
	}
}

// TakeTurn has nobody be at the changes until its result is called.
func (p *Persistent) TakeTurn() (end func()) { return p.changed.take() }

// Changing is for how long somebody has been at the changes.
func (p *Persistent) Changing() time.Duration {
	if since := p.changed.since.Load(); since != nil {
		return time.Since(*since)
	}
	return 0
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

// DescribedMethods is how many methods a domain knows by descriptions.
func (d *Domain) DescribedMethods() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.methods
}

// Described is how many classes a domain knows by descriptions, with how many methods, and octets of type information.
func (d *Domain) Described() (classes, methods, octets int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.described, d.methods, d.typelibs
}

// Refresh reads what other processes have changed, as a first call of an object does.
func (p *Persistent) Refresh() { p.refresh("") }

// FromDescription is fromDescription.
func (d *Domain) FromDescription(all []ClassDescription) (*som.Class, error) {
	return d.fromDescription(all)
}

// AppendDescription is appendDescription.
func AppendDescription(all []ClassDescription) ([]byte, error) { return appendDescription(nil, all) }

// Look looks for what others have changed until the domain is closed.
func (p *Persistent) Look(every time.Duration) { p.lookAt(every) }

// TargetOf is targetOf.
func (d *Domain) TargetOf(ctx context.Context, o *orb.Ref, declared string) (*som.Class, error) {
	return d.targetOf(ctx, o, declared)
}

// SetLoads has so many references lead to loaded objects.
func (d *Domain) SetLoads(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.loads = n
}

// Loads is how many references lead to loaded objects.
func (d *Domain) Loads() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.loads
}

// Adapter is where the objects are active.
func (p *Persistent) Adapter() *poa.POA { return p.adapter }

// LoadedRef is the reference that an object was loaded for.
func LoadedRef(s orb.Servant) *orb.Ref { return s.(*loaded).ref }

// Unload ends that.
func (p *Persistent) Unload(s orb.Servant) { p.d.unload(s.(*loaded)) }

// Changes are changes.
type Changes = changes

// NewChanges is newChanges.
var NewChanges = newChanges

// Take is take.
func (c *changes) Take() func() { return c.take() }

// TakeSoon is takeSoon.
func (c *changes) TakeSoon() (func(), bool) { return c.takeSoon() }

// Grab has somebody have the turn who has not said yet since when.
func (c *changes) Grab() (end func()) {
	c.turn <- struct{}{}
	return func() { <-c.turn }
}

// SetMostObjects has the domain export no more than n objects.
func (d *Domain) SetMostObjects(n int) { d.most = n }

// SamePlace has what is exported as one object stand where another is, as where that is made at the place in memory of one that has ended.
func (d *Domain) SamePlace(was, is som.Ref) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.objects[identity(was)]
	delete(d.objects, s.id)
	s.id = identity(is)
	d.objects[s.id] = s
}

// ExportPassed exports an object as one that is passed as an argument is.
func (d *Domain) ExportPassed(r som.Ref) (*orb.Ref, error) { return d.export(r, "", passed) }

// ImportGiven is Import of a reference that was given, which the proxy gives back; the object's class is known.
func (d *Domain) ImportGiven(ctx context.Context, o *orb.Ref, class string) (som.Ref, error) {
	return d.importAs(ctx, o, class, true)
}

// SetEndWait has the end of a proxy wait that long for its target's, from now on.
func (d *Domain) SetEndWait(wait time.Duration) {
	d.ends.mu.Lock()
	defer d.ends.mu.Unlock()
	d.ends.wait = wait
}
