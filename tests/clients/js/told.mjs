// What a round tells its test: one line for each thing that it saw to be so.
import assert from "node:assert/strict"

export const baseUrl = process.env.SANDBOX_URL
export const token = process.env.SANDBOX_TOKEN
export const rootPage = process.env.SANDBOX_ROOT_PAGE

export function same(what, got, wanted) {
  assert.deepEqual(got, wanted, what)
  console.log(`SAW ${what}`)
}

export function so(what, condition) {
  assert.ok(condition, what)
  console.log(`SAW ${what}`)
}

export async function refused(what, promise, status, code, text) {
  let error = null
  try {
    await promise
  } catch (caught) {
    error = caught
  }
  assert.ok(error, `${what}: it was not refused`)
  assert.deepEqual([error.status, error.code], [status, code], `${what}: ${error.message}`)
  assert.match(error.message, text, what)
  console.log(`SAW ${what}`)
}
