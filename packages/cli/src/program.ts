/** All commands of this program, as a tree; what they do is in `commands`. */
import { Command } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { addHostCommands, addMembershipCommands } from './commands/membership-commands.ts';
import { addResourceCommands } from './commands/resource-commands.ts';
import { addTaskCommands } from './commands/task-commands.ts';
import { renderBashCompletion, renderZshCompletion } from './completion.ts';
import type { Outside } from './session.ts';

const footer = `
A control plane is started by 'openocp server [--config FILE] [--db URL]', without any of its commands.
Passwords come from OPENOCP_PASSWORD, OPENOCP_PASSWORD_FILE, the configuration file, or are asked for.
Exit codes tell the kind of a failure: docs/reference/error-codes.md.`;

function addCompletion(program: Command, { terminal }: Outside): void {
  const completion = program
    .command('completion')
    .description('print a completion script; load it with: source <(openocp completion bash)');
  completion
    .command('bash')
    .description('for bash')
    .action(() => terminal.out(renderBashCompletion(program)));
  completion
    .command('zsh')
    .description('for zsh')
    .action(() => terminal.out(renderZshCompletion(program)));
}

/** These run on the host of the control plane and are handed to it before this tree is asked; here they are only named. */
function nameHostCommands(program: Command): void {
  program
    .command('agent-certificate')
    .description('on the host of the control plane: issue the certificates of an agent');
  program.command('user-create').description('on the host of the control plane: create a user');
  program
    .command('admin')
    .description('on the host of the control plane: reset-password of a user, rotate-key of the secrets');
  program.command('audit').description('on the host of the control plane: verify that the audit is whole');
}

export function createProgram(outside: Outside): Command {
  const program = new Command('openocp')
    .description('Operates OceanBase clusters through an OpenOCP control plane.')
    .addHelpText('after', footer)
    .version(packageFile.version, '--version')
    .exitOverride()
    .configureOutput({ writeErr: (text) => outside.terminal.note(text.trimEnd()) });
  // Children inherit what is set above when they are made.
  const server = program
    .command('server')
    .description('servers (OBServers); without a command: start a control plane here')
    .usage('[--config FILE] [--db URL] | <command>');
  addResourceCommands(server, 'server', outside);
  addMembershipCommands(server, outside);
  addResourceCommands(program.command('zone').description('zones'), 'zone', outside);
  addResourceCommands(program.command('cluster').description('clusters'), 'cluster', outside);
  addHostCommands(program.command('host').description('hosts with an agent'), outside);
  addTaskCommands(program.command('task').description('tasks: what operations are doing, and did'), outside);
  addCompletion(program, outside);
  nameHostCommands(program);
  return program;
}
