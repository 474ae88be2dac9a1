// Package native joins the object model of Go to libsom's, which every other language of the process uses:
// classes of class libraries are classes here, and classes that are written in Go are classes there.
//
//	dog, err := native.Find("Dog") // loads libdog.so, whatever language it is written in
//	r, err := dog.New()
//	n, err := r.Invoke(ctx, "speak", 1)
//
// A Go class that descends from a native one is known to libsom from its definition on; another one is made
// known by [Export]. Its objects are shared: they are there in both kernels, with libsom's count of references.
//
// The process has one libsom, which this package finds at run time: what the program or a class library is
// linked to, or else the shared library that [Open] names. docs/som-native.md says more. Without cgo, or where libsom
// is not, all of this fails with an error.
package native

import "errors"

// ErrNothing is what the function of [OnLoad] returns where the library has no class for the name by which it was found: it is as if there were no
// such file, and whoever asks for a class looks on, behind it in SOM_PATH.
var ErrNothing = errors.New("som/native: the library has no class for the name by which it was found")
