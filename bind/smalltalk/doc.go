// Package smalltalk runs programs in Smalltalk, without a window: on the Squeak of Debian (package squeak-vm) and the image that comes with Scratch (package
// scratch). A program is a file of chunks, as Squeak's fileIn reads them. It finds a console, exceptions as ANSI Smalltalk has them, and DSOM: an ORB
// written in Smalltalk, whose sources are in the folder st.
//
// The image is under the GPL. It is no part of this project, and neither is what is made of it: that is made anew at each run, in a folder that is
// removed, from the file which the package has installed.
package smalltalk
