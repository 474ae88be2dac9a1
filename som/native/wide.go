//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// putWideText writes a text as UTF-16, in memory of libsom's.
func putWideText(p unsafe.Pointer, s string) error {
	if err := checkText(s); err != nil {
		return err
	}
	if !utf8.ValidString(s) {
		return &som.Error{Code: som.CodeType, Class: "a wide text", Text: "it is no UTF-8, and cannot be UTF-16"}
	}
	units := utf16.Encode([]rune(s))
	t := C.call_allocate(C.size_t(2 * (len(units) + 1)))
	if t == nil {
		return noMemory()
	}
	copy(unsafe.Slice((*uint16)(unsafe.Pointer(t)), len(units)), units)
	*(*unsafe.Pointer)(p) = unsafe.Pointer(t)
	return nil
}

func putWideChar(p unsafe.Pointer, r rune) error {
	if r < 0 || r > 0xffff {
		return &som.Error{Code: som.CodeType, Class: "a wide character", Text: fmt.Sprintf("%U takes more than one unit of UTF-16: pass it in a text", r)}
	}
	*(*uint16)(p) = uint16(r)
	return nil
}

// goWideText returns a text of C's; NULL is the empty one.
func goWideText(p unsafe.Pointer) (string, error) {
	if p == nil {
		return "", nil
	}
	n := 0
	for *(*uint16)(unsafe.Add(p, 2*n)) != 0 {
		n++
	}
	units := unsafe.Slice((*uint16)(p), n)
	for i, u := range units {
		high := i > 0 && units[i-1]&0xfc00 == 0xd800 && u&0xfc00 == 0xdc00
		low := i+1 < n && u&0xfc00 == 0xd800 && units[i+1]&0xfc00 == 0xdc00
		if utf16.IsSurrogate(rune(u)) && !high && !low {
			return "", &som.Error{Code: som.CodeType, Class: "a wide text", Text: fmt.Sprintf("unit %d of %d is half a character", i, n)}
		}
	}
	return string(utf16.Decode(units)), nil
}

// putWide makes the value at p of a wide one in Go. The text ends with the frame.
func (f *frame) putWide(p unsafe.Pointer, a *slot, v any) error {
	if err := a.by.put(p, v); err != nil {
		return err
	}
	if a.by.kind == wideText {
		f.wides = append(f.wides, *(*unsafe.Pointer)(p))
	}
	return nil
}
