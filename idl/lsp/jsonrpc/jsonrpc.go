// Package jsonrpc reads and writes the messages of JSON-RPC 2.0 with the framing that language
// servers use: a header with Content-Length, then JSON. It is a stream of values and nothing
// more: who calls whom, and in which order, is for its users.
package jsonrpc

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// MaxMessage bounds the octets of a message (limit lsp-message-size). A document that is
// opened comes in one message.
const MaxMessage = 128 << 20

// maxHeader bounds the octets of a message's header.
const maxHeader = 4096

// The codes of errors, of JSON-RPC 2.0 (5.1) and of LSP 3.17.
const (
	CodeParse            = -32700
	CodeInvalidRequest   = -32600
	CodeMethodNotFound   = -32601
	CodeInvalidParams    = -32602
	CodeInternal         = -32603
	CodeNotInitialized   = -32002
	CodeRequestFailed    = -32803
	CodeRequestCancelled = -32800
)

// An Error is the error of a response.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// A Message is a request (with ID and Method), a notification (without ID) or a response.
type Message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *Error          `json:"error,omitempty"`
}

// IsRequest reports whether the message wants a response.
func (m *Message) IsRequest() bool { return m.Method != "" && m.ID != nil }

// A Reader reads messages. It is for one goroutine.
type Reader struct{ r *bufio.Reader }

// NewReader returns a Reader of a stream.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReader(r)} }

// Read reads a message. An *Error says that what came was none, and that the next can be read;
// any other error that nothing more can be. io.EOF is the end between two messages.
func (r *Reader) Read() (*Message, error) {
	n, err := r.header()
	if err != nil {
		return nil, err
	}
	// The buffer grows with what arrives, not with what the header promises.
	body, err := io.ReadAll(io.LimitReader(r.r, int64(n)))
	if err == nil && len(body) < n {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("jsonrpc: a message of %d octets ended early: %w", n, err)
	}
	m := new(Message)
	if err := json.Unmarshal(body, m); err != nil {
		code := CodeInvalidRequest
		if !json.Valid(body) {
			code = CodeParse
		}
		return nil, &Error{code, "not a JSON-RPC message: " + err.Error()}
	}
	if string(m.ID) == "null" {
		m.ID = nil
	}
	if id := string(m.ID); id != "" && id[0] != '"' && id[0] != '-' && (id[0] < '0' || id[0] > '9') {
		return nil, &Error{CodeInvalidRequest, "the id of a request is a number or a string"}
	}
	return m, nil
}

// header reads a header and returns the length of the message.
func (r *Reader) header() (int, error) {
	length, read := -1, 0
	for {
		line, err := r.r.ReadSlice('\n')
		if read += len(line); read > maxHeader || errors.Is(err, bufio.ErrBufferFull) {
			return 0, fmt.Errorf("jsonrpc: the header of a message is too long: more than %d octets", maxHeader)
		}
		if err != nil {
			if read > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		s := strings.TrimRight(string(line), "\r\n")
		if s == "" {
			break
		}
		name, value, ok := strings.Cut(s, ":")
		if !ok {
			return 0, fmt.Errorf("jsonrpc: %.40q is no line of a header", s)
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
			if err != nil {
				return 0, fmt.Errorf("jsonrpc: %.40q is no length", value)
			}
			length = int(n)
		}
	}
	switch {
	case length < 0:
		return 0, errors.New("jsonrpc: a message without Content-Length")
	case length > MaxMessage:
		return 0, fmt.Errorf("jsonrpc: a message of %d octets is too long: more than %d (limit lsp-message-size)", length, MaxMessage)
	}
	return length, nil
}

// A Writer writes messages. Its methods may be called by several goroutines.
type Writer struct {
	mu sync.Mutex
	w  io.Writer
}

// NewWriter returns a Writer to a stream.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Notify sends a notification.
func (w *Writer) Notify(method string, params any) error {
	return w.write(struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", method, params})
}

// Call sends a request.
func (w *Writer) Call(id int, method string, params any) error {
	return w.write(struct {
		Version string `json:"jsonrpc"`
		ID      int    `json:"id"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", id, method, params})
}

// Reply sends the response to a request: the result, or the error if there is one. An error
// that is no *Error is an internal one. A nil id is that of a message which could not be read.
func (w *Writer) Reply(id json.RawMessage, result any, err error) error {
	if id == nil {
		id = json.RawMessage("null")
	}
	if err != nil {
		e := (*Error)(nil)
		if !errors.As(err, &e) {
			e = &Error{CodeInternal, err.Error()}
		}
		return w.write(struct {
			Version string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Error   *Error          `json:"error"`
		}{"2.0", id, e})
	}
	return w.write(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
	}{"2.0", id, result})
}

func (w *Writer) write(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("jsonrpc: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err = w.w.Write(append([]byte("Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"), body...))
	return err
}
