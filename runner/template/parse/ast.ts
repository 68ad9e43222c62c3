import type { Val } from '../runtime/types.ts'

/** A place inside a template's text, counted from 1. */
export interface Pos {
  readonly line: number
  readonly col: number
}

export interface CallArgs {
  readonly positional: readonly Expr[]
  readonly named: readonly (readonly [string, Expr])[]
  readonly star?: Expr | undefined
  readonly starStar?: Expr | undefined
}

export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

export type Expr =
  | { readonly type: 'literal'; readonly at: Pos; readonly value: Val }
  | { readonly type: 'name'; readonly at: Pos; readonly name: string }
  | { readonly type: 'attr'; readonly at: Pos; readonly target: Expr; readonly name: string }
  | { readonly type: 'item'; readonly at: Pos; readonly target: Expr; readonly key: Expr }
  | SliceExpr
  | { readonly type: 'call'; readonly at: Pos; readonly callee: Expr; readonly args: CallArgs }
  | FilterExpr
  | TestExpr
  | { readonly type: 'list' | 'tuple'; readonly at: Pos; readonly items: readonly Expr[] }
  | { readonly type: 'dict'; readonly at: Pos; readonly pairs: readonly (readonly [Expr, Expr])[] }
  | { readonly type: 'unary'; readonly at: Pos; readonly op: '-' | '+' | 'not'; readonly operand: Expr }
  | { readonly type: 'binary'; readonly at: Pos; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'logic'; readonly at: Pos; readonly op: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | CompareExpr
  | { readonly type: 'concat'; readonly at: Pos; readonly parts: readonly Expr[] }
  | ConditionalExpr

export interface SliceExpr {
  readonly type: 'slice'
  readonly at: Pos
  readonly target: Expr
  readonly bounds: readonly [Expr | undefined, Expr | undefined, Expr | undefined]
}

export interface FilterExpr {
  readonly type: 'filter'
  readonly at: Pos
  /** Absent in `{% filter %}` and filtered `{% set %}` blocks, where the body's text is the input. */
  readonly input: Expr | undefined
  readonly name: string
  readonly args: CallArgs
}

export interface TestExpr {
  readonly type: 'test'
  readonly at: Pos
  readonly input: Expr
  readonly name: string
  readonly args: CallArgs
  readonly negated: boolean
}

export interface CompareExpr {
  readonly type: 'compare'
  readonly at: Pos
  readonly first: Expr
  readonly rest: readonly { readonly op: CompareOp; readonly operand: Expr }[]
}

export interface ConditionalExpr {
  readonly type: 'conditional'
  readonly at: Pos
  readonly test: Expr
  readonly then: Expr
  readonly otherwise: Expr | undefined
}

/** What an assignment writes to: a name, `ns.attribute`, or several of them. */
export type Target =
  | { readonly type: 'name'; readonly at: Pos; readonly name: string }
  | { readonly type: 'field'; readonly at: Pos; readonly name: string; readonly field: string }
  | { readonly type: 'many'; readonly at: Pos; readonly targets: readonly Target[] }

export interface Param {
  readonly name: string
  readonly fallback: Expr | undefined
}

export type Body = readonly Statement[]

export type Statement =
  | { readonly type: 'data'; readonly text: string }
  | { readonly type: 'output'; readonly at: Pos; readonly expr: Expr }
  | { readonly type: 'if'; readonly at: Pos; readonly test: Expr; readonly body: Body; readonly otherwise: Body }
  | ForStatement
  | { readonly type: 'set'; readonly at: Pos; readonly target: Target; readonly value: Expr }
  | { readonly type: 'capture'; readonly at: Pos; readonly target: Target; readonly filter: FilterExpr | undefined; readonly body: Body }
  | { readonly type: 'macro'; readonly at: Pos; readonly name: string; readonly params: readonly Param[]; readonly body: Body }
  | { readonly type: 'call-block'; readonly at: Pos; readonly params: readonly Param[]; readonly call: Expr; readonly body: Body }
  | { readonly type: 'filter-block'; readonly at: Pos; readonly filter: FilterExpr; readonly body: Body }
  | { readonly type: 'with'; readonly at: Pos; readonly bindings: readonly (readonly [Target, Expr])[]; readonly body: Body }
  | { readonly type: 'include'; readonly at: Pos; readonly template: Expr; readonly ignoreMissing: boolean; readonly withContext: boolean }
  | { readonly type: 'import'; readonly at: Pos; readonly template: Expr; readonly as: string; readonly withContext: boolean }
  | {
      readonly type: 'from'
      readonly at: Pos
      readonly template: Expr
      readonly names: readonly (readonly [string, string])[]
      readonly withContext: boolean
    }
  | { readonly type: 'block'; readonly at: Pos; readonly name: string; readonly body: Body }
  | { readonly type: 'extends'; readonly at: Pos; readonly template: Expr }
  | { readonly type: 'do'; readonly at: Pos; readonly expr: Expr }
  | { readonly type: 'break' | 'continue'; readonly at: Pos }

export interface ForStatement {
  readonly type: 'for'
  readonly at: Pos
  readonly target: Target
  readonly iterable: Expr
  readonly test: Expr | undefined
  readonly recursive: boolean
  readonly body: Body
  readonly otherwise: Body
}
