package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A mutant is one small change of the source that the tests should notice.
type mutant struct {
	file     *source
	function string // the function that contains it, or "const" or "var"
	inside   *ast.FuncDecl
	line     int
	from, to int // the range of bytes that is replaced
	text     string
	change   string // description; identifies the mutant together with file and function, since lines may move
	number   int
}

// key identifies the mutant from run to run.
func (m *mutant) key() string { return m.file.name + "\t" + m.function + "\t" + m.change }

// apply returns the file with the mutant.
func (m *mutant) apply() []byte {
	return slices.Concat(m.file.text[:m.from], []byte(m.text), m.file.text[m.to:])
}

// A lister collects the mutants of a file.
type lister struct {
	fset     *token.FileSet
	file     *source
	function string
	inside   *ast.FuncDecl
	found    []*mutant
}

// listMutants returns all mutants of a file, in the order of the source.
func listMutants(fset *token.FileSet, s *source) []*mutant {
	l := &lister{fset: fset, file: s}
	for _, decl := range s.syntax.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			l.function, l.inside = functionName(d), d
			if d.Body != nil {
				ast.Inspect(d.Body, l.visit)
			}
		case *ast.GenDecl:
			l.function, l.inside = d.Tok.String(), nil
			if d.Tok == token.CONST || d.Tok == token.VAR {
				ast.Inspect(d, l.visit)
			}
		}
	}
	slices.SortStableFunc(l.found, func(a, b *mutant) int { return cmp.Compare(a.from, b.from) })
	times := make(map[string]int)
	for _, m := range l.found {
		key := m.key()
		if times[key]++; times[key] > 1 {
			m.change += fmt.Sprintf(" (number %d)", times[key])
		}
	}
	return l.found
}

func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch u := t.(type) {
		case *ast.StarExpr:
			t = u.X
		case *ast.IndexExpr:
			t = u.X
		case *ast.Ident:
			return u.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

func (l *lister) offset(p token.Pos) int { return l.fset.Position(p).Offset }

// add records a mutant that replaces the bytes between two positions by text.
func (l *lister) add(from, to token.Pos, text, change string) {
	l.found = append(l.found, &mutant{
		file: l.file, function: l.function, inside: l.inside, line: l.fset.Position(from).Line,
		from: l.offset(from), to: l.offset(to), text: text, change: change,
	})
}

// quote returns the source of a node on one short line.
func (l *lister) quote(n ast.Node) string {
	const most = 60
	text := string(bytes.Join(bytes.Fields(l.file.text[l.offset(n.Pos()):l.offset(n.End())]), []byte(" ")))
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "..."
	}
	return strings.NewReplacer("`", "'", "|", "\\|").Replace(text)
}

// operators lists the replacements of an operator: the negation and the boundary of a
// comparison, the counterpart of any other.
var operators = map[token.Token][]token.Token{
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
	token.AND: {token.OR}, token.OR: {token.AND}, token.XOR: {token.AND}, token.AND_NOT: {token.AND},
	token.SHL: {token.SHR}, token.SHR: {token.SHL},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN},
	token.MUL_ASSIGN: {token.QUO_ASSIGN}, token.QUO_ASSIGN: {token.MUL_ASSIGN},
	token.INC: {token.DEC}, token.DEC: {token.INC},
}

func (l *lister) swap(n ast.Node, at token.Pos, op token.Token) {
	for _, other := range operators[op] {
		l.add(at, at+token.Pos(len(op.String())), other.String(),
			fmt.Sprintf("%s becomes %s in `%s`", l.escape(op), l.escape(other), l.quote(n)))
	}
}

// escape prevents an operator from ending a cell of a table.
func (l *lister) escape(op token.Token) string { return strings.ReplaceAll(op.String(), "|", "\\|") }

func (l *lister) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.Field: // types, names and tags
		return false
	case *ast.BinaryExpr:
		if !isText(n) {
			l.swap(n, n.OpPos, n.Op)
		}
	case *ast.AssignStmt:
		l.swap(n, n.TokPos, n.Tok)
	case *ast.IncDecStmt:
		l.swap(n, n.TokPos, n.Tok)
	case *ast.UnaryExpr:
		if n.Op == token.NOT || n.Op == token.SUB {
			l.add(n.OpPos, n.X.Pos(), "", fmt.Sprintf("%s removed in `%s`", n.Op, l.quote(n)))
		}
	case *ast.BasicLit:
		l.literal(n)
	case *ast.Ident:
		if other := map[string]string{"true": "false", "false": "true"}[n.Name]; other != "" {
			l.add(n.Pos(), n.End(), other, n.Name+" becomes "+other)
		}
	case *ast.ReturnStmt:
		if len(n.Results) > 0 {
			if last, ok := n.Results[len(n.Results)-1].(*ast.Ident); ok && last.Name == "err" {
				l.add(last.Pos(), last.End(), "nil", fmt.Sprintf("err becomes nil in `%s`", l.quote(n)))
			}
		}
	case *ast.BlockStmt:
		l.statements(n.List)
	case *ast.CommClause:
		l.body(n.Body, "a case of a select")
		l.statements(n.Body)
	case *ast.CaseClause:
		l.body(n.Body, l.quote(&ast.CaseClause{Case: n.Case, Colon: n.Colon, Body: nil}))
		l.statements(n.Body)
		for _, e := range n.List {
			if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				l.add(lit.Pos(), lit.End(), `""`, fmt.Sprintf("`case %s` becomes `case \"\"`", l.quote(lit)))
			}
		}
	case *ast.ValueSpec:
		if l.inside == nil {
			for _, e := range n.Values {
				if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					l.add(lit.Pos(), lit.End(), `""`, fmt.Sprintf("`%s` becomes `\"\"`", l.quote(lit)))
				}
			}
		}
	}
	return true
}

// isText reports whether + joins strings, as far as the syntax shows.
func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.ParenExpr:
		return isText(e.X)
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (isText(e.X) || isText(e.Y))
	}
	return false
}

func (l *lister) literal(n *ast.BasicLit) {
	if n.Kind != token.INT {
		return
	}
	if v, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
		l.add(n.Pos(), n.End(), strconv.FormatInt(v+1, 10), fmt.Sprintf("%s becomes %d", n.Value, v+1))
	}
}

// statements removes each statement that can be removed. It stays in the text as
// unreachable code, so that the variables in it are still used.
func (l *lister) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt:
		case *ast.AssignStmt:
			if s.Tok != token.ASSIGN {
				continue
			}
		case *ast.BranchStmt:
			if s.Tok != token.BREAK && s.Tok != token.CONTINUE {
				continue
			}
		default:
			continue
		}
		l.remove(s.Pos(), s.End(), fmt.Sprintf("`%s` removed", l.quote(s)))
	}
}

// body empties the body of a case, unless removing its only statement does the same.
func (l *lister) body(list []ast.Stmt, what string) {
	if len(list) == 0 {
		return
	}
	if b, ok := list[len(list)-1].(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
		return
	}
	if len(list) == 1 {
		switch list[0].(type) {
		case *ast.ExprStmt, *ast.AssignStmt, *ast.BranchStmt:
			return
		}
	}
	l.remove(list[0].Pos(), list[len(list)-1].End(), fmt.Sprintf("body of `%s` emptied", strings.TrimSuffix(what, ":")))
}

func (l *lister) remove(from, to token.Pos, change string) {
	text := string(l.file.text[l.offset(from):l.offset(to)])
	l.add(from, to, "if false { "+text+"\n}", change)
}
