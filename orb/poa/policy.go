package poa

import "fmt"

// The seven policies of an adapter (part 1, clause 15.3.8). The zero value of each is the default of
// the specification; String returns the names of the specification.

// Threads says in which goroutines an adapter's servants and their managers are called.
type Threads uint8

// The values of ThreadPolicy.
const (
	// ORBCtrlModel calls them in whichever goroutine there is, several at once.
	ORBCtrlModel Threads = iota
	// SingleThreadModel calls one at a time, but for calls made with the ctx of an upcall of the same adapter,
	// which are part of that one.
	SingleThreadModel
	// MainThreadModel calls those of all such adapters one at a time, in the goroutine that runs [Root.Main].
	MainThreadModel
)

// A Lifespan says how long an adapter's references mean something.
type Lifespan uint8

// The values of LifespanPolicy.
const (
	// Transient references end with the adapter that made them.
	Transient Lifespan = iota
	// Persistent references outlive the process: an object of the same id, in an adapter of the same path
	// in the next process of the same server, is the same object.
	Persistent
)

// An IDUniqueness says whether an implementation can be several objects of an adapter.
type IDUniqueness uint8

// The values of IdUniquenessPolicy.
const (
	UniqueID   IDUniqueness = iota // it can be one
	MultipleID                     // it can be many
)

// An IDAssignment says who chooses the ids of objects.
type IDAssignment uint8

// The values of IdAssignmentPolicy.
const (
	SystemID IDAssignment = iota // the adapter
	UserID                       // the program
)

// An ImplicitActivation says whether implementations that are passed as objects become objects.
type ImplicitActivation uint8

// The values of ImplicitActivationPolicy. The specification's default for adapters made by a program
// is NoImplicitActivation; the root adapter has the other.
const (
	NoImplicitActivation ImplicitActivation = iota
	WithImplicitActivation
)

// A ServantRetention says whether an adapter keeps a map of active objects.
type ServantRetention uint8

// The values of ServantRetentionPolicy.
const (
	Retain ServantRetention = iota
	NonRetain
)

// A RequestProcessing says what becomes of requests for objects that are not in the map.
type RequestProcessing uint8

// The values of RequestProcessingPolicy.
const (
	UseActiveObjectMapOnly RequestProcessing = iota // they fail with OBJECT_NOT_EXIST
	UseDefaultServant                               // one servant serves them all
	UseServantManager                               // the program is asked: see ServantActivator, ServantLocator
)

func (v Threads) String() string {
	return nameOf(uint8(v), "ORB_CTRL_MODEL", "SINGLE_THREAD_MODEL", "MAIN_THREAD_MODEL")
}
func (v Lifespan) String() string     { return nameOf(uint8(v), "TRANSIENT", "PERSISTENT") }
func (v IDUniqueness) String() string { return nameOf(uint8(v), "UNIQUE_ID", "MULTIPLE_ID") }
func (v IDAssignment) String() string { return nameOf(uint8(v), "SYSTEM_ID", "USER_ID") }
func (v ImplicitActivation) String() string {
	return nameOf(uint8(v), "NO_IMPLICIT_ACTIVATION", "IMPLICIT_ACTIVATION")
}
func (v ServantRetention) String() string { return nameOf(uint8(v), "RETAIN", "NON_RETAIN") }
func (v RequestProcessing) String() string {
	return nameOf(uint8(v), "USE_ACTIVE_OBJECT_MAP_ONLY", "USE_DEFAULT_SERVANT", "USE_SERVANT_MANAGER")
}

func nameOf(v uint8, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%d, which is none of %v", v, names)
}

// An InvalidPolicy says which policy of those that an adapter was to have is against another, or is
// none (POA::InvalidPolicy).
type InvalidPolicy struct {
	Policy string // the name of the policy's type in the specification, such as ServantRetentionPolicy
	Value  string // its value
	Reason string // a clause: what is the matter with it
}

func (e *InvalidPolicy) Error() string {
	return fmt.Sprintf("the adapter cannot have the %s %s: %s", e.Policy, e.Value, e.Reason)
}

// check says which of the policies cannot be, if so (part 1, clause 15.3.8).
func (o *Options) check() error {
	known := []struct {
		policy string
		value  fmt.Stringer
		ok     bool
	}{
		{"ThreadPolicy", o.Threads, o.Threads <= MainThreadModel},
		{"LifespanPolicy", o.Lifespan, o.Lifespan <= Persistent},
		{"IdUniquenessPolicy", o.IDUniqueness, o.IDUniqueness <= MultipleID},
		{"IdAssignmentPolicy", o.IDAssignment, o.IDAssignment <= UserID},
		{"ImplicitActivationPolicy", o.ImplicitActivation, o.ImplicitActivation <= WithImplicitActivation},
		{"ServantRetentionPolicy", o.ServantRetention, o.ServantRetention <= NonRetain},
		{"RequestProcessingPolicy", o.RequestProcessing, o.RequestProcessing <= UseServantManager},
	}
	for _, k := range known {
		if !k.ok {
			return &InvalidPolicy{k.policy, k.value.String(), "there is no such value"}
		}
	}
	switch {
	case o.ServantRetention == NonRetain && o.RequestProcessing == UseActiveObjectMapOnly:
		return &InvalidPolicy{"ServantRetentionPolicy", NonRetain.String(), "with USE_ACTIVE_OBJECT_MAP_ONLY there must be a map: RETAIN"}
	case o.ImplicitActivation == WithImplicitActivation && o.IDAssignment == UserID:
		return &InvalidPolicy{"ImplicitActivationPolicy", WithImplicitActivation.String(), "nobody would give the id: it needs SYSTEM_ID"}
	case o.ImplicitActivation == WithImplicitActivation && o.ServantRetention == NonRetain:
		return &InvalidPolicy{"ImplicitActivationPolicy", WithImplicitActivation.String(), "the servant would be forgotten: it needs RETAIN"}
	case o.RequestProcessing == UseDefaultServant && o.IDUniqueness == UniqueID:
		return &InvalidPolicy{"RequestProcessingPolicy", UseDefaultServant.String(), "one servant is many objects then: it needs MULTIPLE_ID"}
	}
	return nil
}
