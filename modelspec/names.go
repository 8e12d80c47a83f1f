package modelspec

import (
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"
)

// GoName makes an exported Go name of any text: words joined in capitals
// ("c_attn" → CAttn), with Go's own spelling of the abbreviations that models
// use ("lm_head" → LMHead). What no name can hold is left out; a name that would
// not begin with a letter gets an M for module in front. The text of a file can so
// never become anything but a name.
func GoName(s string) string {
	var b strings.Builder
	digit := false // whether the name ends in a digit
	for _, word := range words(s) {
		first, _ := utf8.DecodeRuneInString(word)
		if digit && unicode.IsDigit(first) {
			b.WriteByte('_')
		}
		b.WriteString(capital(word))
		last, _ := utf8.DecodeLastRuneInString(word)
		digit = unicode.IsDigit(last)
	}
	name := b.String()
	first, _ := utf8.DecodeRuneInString(name)
	if !unicode.IsUpper(first) {
		name = "M" + name
	}
	return name
}

// words splits at everything that no Go name can hold and at underscores.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return r == '_' || r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// spelled are words that Go writes in capitals.
var spelled = map[string]string{
	"id": "ID", "ids": "IDs", "lm": "LM", "mlm": "MLM", "nsp": "NSP", "mlp": "MLP", "wte": "WTE", "wpe": "WPE", "wtt": "WTT", "qkv": "QKV", "kv": "KV",
	"cls": "CLS", "rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "rms": "RMS", "moe": "MoE", "ffn": "FFN", "cnn": "CNN", "ctc": "CTC",
	"gelu": "GELU", "relu": "ReLU", "silu": "SiLU", "url": "URL", "vae": "VAE", "unet": "UNet", "lora": "LoRA",
}

func capital(word string) string {
	if w, ok := spelled[word]; ok {
		return w
	}
	r, n := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[n:]
}

// envoyNames are the methods and fields of every accessor: a child of such a name
// gets an underscore behind it.
var envoyNames = map[string]bool{}

func init() {
	for _, n := range []string{
		"Path", "Output", "SetOutput", "Input", "SetInput", "Outputs", "SetOutputs", "Inputs", "SetInputs", "Call", "Skip", "Weight", "Weights", "Get",
		"Modules", "Source", "Iter", "All", "Next", "Envoy", "Len", "At", "Class", "Name", "Children", "Parent", "Cache", "Trace", "Invoke", "Barrier",
		"Stop", "Result", "Session", "Run", "String", "Shape", "Visit", "Point", "Points", "Aliases", "OutputAt", "InputAt", "Save", "Edit", "Scan", "Heads", "View", "SetView", "Views",
	} {
		envoyNames[n] = true
	}
}

// packageNames are what every accessor package declares besides its types.
var packageNames = map[string]bool{
	"Model": true, "Inputs": true, "Session": true, "Trace": true, "Open": true, "Fingerprint": true, "Aliases": true, "AliasesOf": true, "Spec": true,
	"Envoy": true, "Outputs": true, "Options": true, "Info": true, "Cache": true,
}

// namer gives each name of a scope once: clashes with reserved names get an
// underscore, clashes with each other a number, in the order in which they come.
type namer struct {
	reserved map[string]bool
	used     map[string]bool
}

func newNamer(reserved map[string]bool) *namer {
	return &namer{reserved: reserved, used: map[string]bool{}}
}

func (n *namer) field(text string) string {
	name := GoName(text)
	if n.reserved[name] || token.IsKeyword(name) {
		name += "_"
	}
	return n.unique(name, "_")
}

// typ names a type: a reserved name gets "Module" behind it.
func (n *namer) typ(text string) string {
	name := GoName(text)
	if n.reserved[name] {
		name += "Module"
	}
	return n.unique(name, "")
}

func (n *namer) unique(name, sep string) string {
	if strings.HasSuffix(name, "_") {
		sep = ""
	}
	out := name
	for k := 2; n.used[out] || n.reserved[out]; k++ {
		out = name + sep + itoa(k)
	}
	n.used[out] = true
	return out
}
