import { SecretRegistry } from '../../runner/base/secret-registry.ts'
import { createTemplateHost } from '../../runner/execute/template-host.ts'
import { createTemplateEngine } from '../../runner/template/environment.ts'

export const engine = createTemplateEngine(createTemplateHost({ secrets: new SecretRegistry(), env: {}, warn: () => undefined }))
